import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { test } from 'node:test';
import { commonFolder } from '../../../../src/supervisor/util/paths.ts';
import { isShare, nameOfType, networkFs } from '../../../../src/supervisor/watch/network-fs.ts';
import type { System } from '../../../../src/supervisor/watch/network-fs.ts';

const posix = { skip: sep !== '/' && 'needs POSIX: Linux or macOS' };

test('recognises a file system that does not report every change by its type', () => {
  for (const [type, name] of [
    [0x6969, 'NFS'],
    [0x517b, 'SMB'],
    [0xfe534d42, 'SMB'],
    [0xff534d42, 'CIFS'],
    [0x01021997, '9p'],
    [0x65735546, 'FUSE'],
    [0x786f4256, 'vboxsf'],
    [0xbacbacbc, 'vmhgfs'],
    [0x7c7c6673, 'prl_fs'],
    [0x00c36400, 'Ceph'],
    [0x0bd00bd0, 'Lustre'],
  ] as const) {
    assert.equal(nameOfType(type), name);
    assert.equal(nameOfType(BigInt(type)), name);
  }
});

test('accepts a type as a negative number and as 64 bits', () => {
  assert.equal(nameOfType(0xff534d42 - 2 ** 32), 'CIFS');
  assert.equal(nameOfType(0xbacbacbc | 0), 'vmhgfs');
  assert.equal(nameOfType(BigInt(0xff534d42 - 2 ** 32)), 'CIFS');
  assert.equal(nameOfType(0xffff_ffff_ff53_4d42n), 'CIFS');
});

test('ext4, xfs, btrfs, tmpfs, overlayfs and the file system of WSL 1 report changes, and an unknown one may', () => {
  for (const type of [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x53464846, 0, 0x12345678]) {
    assert.equal(nameOfType(type), undefined);
  }
});

/** A system with three devices: NFS, one that vanishes, and ext4. */
function fake(platform: NodeJS.Platform = 'linux'): {
  nameOf: (path: string) => string | undefined;
  asked: string[];
} {
  const asked: string[] = [];
  const system: System = {
    platform,
    device: (path) => {
      const id = ['/nfs/', '/gone/', '/local/'].findIndex((folder) => path.startsWith(folder));
      return id === -1 ? undefined : { id, at: path };
    },
    type: (path) => {
      asked.push(path);
      if (path.startsWith('/gone/')) throw new Error('ENOENT');
      return path.startsWith('/nfs/') ? 0x6969n : 0xef53n;
    },
  };
  return { nameOf: networkFs(system), asked };
}

test('asks once for each device, however many files it has', () => {
  const { nameOf, asked } = fake();
  for (let i = 0; i < 1000; i++) {
    assert.equal(nameOf(`/nfs/${i}.js`), 'NFS');
    assert.equal(nameOf(`/local/${i}.js`), undefined);
    assert.equal(nameOf(`/gone/${i}.js`), undefined);
    assert.equal(nameOf(`/nowhere/${i}.js`), undefined);
  }
  assert.deepEqual(asked, ['/nfs/0.js', '/local/0.js', '/gone/0.js']);
});

test('does not ask macOS', () => {
  const { nameOf, asked } = fake('darwin');
  assert.equal(nameOf('/nfs/a.js'), undefined);
  assert.deepEqual(asked, []);
});

test('recognises a Windows share by its path', () => {
  const { nameOf, asked } = fake('win32');
  assert.equal(nameOf('\\\\server\\share\\a.js'), 'a network share');
  assert.equal(nameOf('C:\\nfs\\a.js'), undefined);
  assert.deepEqual(asked, []);
  for (const path of [
    '//server/share/a.js',
    '\\\\wsl$\\Debian\\a.js',
    '\\\\wsl.localhost\\Debian\\a.js',
    '\\\\10.0.0.1\\c$\\a.js',
    '\\\\?\\UNC\\server\\share\\a.js',
  ]) {
    assert.ok(isShare(path), path);
  }
  for (const path of ['C:\\a.js', '\\a.js', '\\\\?\\C:\\a.js', '\\\\.\\C:\\a.js', 'a\\\\b\\c.js', '/a.js']) {
    assert.ok(!isShare(path), path);
  }
});

test(
  'asks about the nearest folder above a missing path',
  { skip: process.platform !== 'linux' && 'needs Linux' },
  () => {
    // Every Linux has /proc, whose type is not in the table.
    assert.equal(networkFs()('/proc/none/such/a.js'), undefined);
  },
);

test('the common folder is the deepest one that contains all paths', posix, () => {
  for (const [paths, folder] of [
    [['/mnt/x/a.js'], '/mnt/x'],
    [['/mnt/x/a.js', '/mnt/x/src/b.js'], '/mnt/x'],
    [['/mnt/x/src/a.js', '/mnt/x/srcs/b.js'], '/mnt/x'],
    [['/a.js', '/mnt/b.js'], '/'],
    [['/mnt/a.js', '/opt/b.js'], '/'],
  ] as const) {
    assert.equal(commonFolder(paths), folder);
  }
});
