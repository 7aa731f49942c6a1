import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { test } from 'node:test';
import { commonFolder } from '../../../../src/supervisor/util/paths.ts';
import { NetworkFs, isShare, nameOfType } from '../../../../src/supervisor/watch/network-fs.ts';
import type { System } from '../../../../src/supervisor/watch/network-fs.ts';

const posix = { skip: sep !== '/' && 'needs POSIX: Linux or macOS' };

test('a file system that does not report every change is known by its type', () => {
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

test('the type may come as a negative number, or as 64 bits', () => {
  assert.equal(nameOfType(0xff534d42 - 2 ** 32), 'CIFS');
  assert.equal(nameOfType(0xbacbacbc | 0), 'vmhgfs');
  assert.equal(nameOfType(BigInt(0xff534d42 - 2 ** 32)), 'CIFS');
  assert.equal(nameOfType(0xffff_ffff_ff53_4d42n), 'CIFS');
});

test('ext4, xfs, btrfs, tmpfs, overlayfs and that of WSL 1 report changes, and so may one that nobody knows', () => {
  for (const type of [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x53464846, 0, 0x12345678]) {
    assert.equal(nameOfType(type), undefined);
  }
});

/** A system of whose devices the first is NFS, the second is not there, the third is ext4. */
function fake(platform: NodeJS.Platform = 'linux'): { eventLess: NetworkFs; asked: string[] } {
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
  return { eventLess: new NetworkFs(system), asked };
}

test('each device is asked once, however many files it has', () => {
  const { eventLess, asked } = fake();
  for (let i = 0; i < 1000; i++) {
    assert.equal(eventLess.nameOf(`/nfs/${i}.js`), 'NFS');
    assert.equal(eventLess.nameOf(`/local/${i}.js`), undefined);
    assert.equal(eventLess.nameOf(`/gone/${i}.js`), undefined);
    assert.equal(eventLess.nameOf(`/nowhere/${i}.js`), undefined);
  }
  assert.deepEqual(asked, ['/nfs/0.js', '/local/0.js', '/gone/0.js']);
});

test('macOS is not asked', () => {
  const { eventLess, asked } = fake('darwin');
  assert.equal(eventLess.nameOf('/nfs/a.js'), undefined);
  assert.deepEqual(asked, []);
});

test('on Windows the path of a share tells', () => {
  const { eventLess, asked } = fake('win32');
  assert.equal(eventLess.nameOf('\\\\server\\share\\a.js'), 'a network share');
  assert.equal(eventLess.nameOf('C:\\nfs\\a.js'), undefined);
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
  'where there is nothing yet, the nearest folder above tells',
  { skip: process.platform !== 'linux' && 'needs Linux' },
  () => {
    // /proc is there on every Linux, and reports changes as far as this file knows.
    assert.equal(new NetworkFs().nameOf('/proc/none/such/a.js'), undefined);
  },
);

test('the folder that is told is the deepest one that all paths are in', posix, () => {
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
