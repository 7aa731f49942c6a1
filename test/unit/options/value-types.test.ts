import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { test } from 'node:test';
import {
  choice,
  COMMAND,
  DURATION,
  EXTENSIONS,
  LIMIT,
  nearest,
  PATHS,
  POLL,
  SIGNAL,
  SWITCH,
} from '../../../src/options/value-types.ts';
import type { Kind } from '../../../src/options/value-types.ts';

function reads(kind: Kind<unknown>, cases: readonly (readonly [raw: unknown, value: unknown])[]): void {
  for (const [raw, value] of cases) assert.deepEqual(kind.read(raw), value, JSON.stringify(raw));
}

function refuses(kind: Kind<unknown>, cases: readonly (readonly [raw: unknown, instead: string])[]): void {
  for (const [raw, instead] of cases) {
    assert.equal(kind.read(raw), undefined, JSON.stringify(raw));
    assert.equal(kind.suggest(raw), instead, JSON.stringify(raw));
  }
}

test('a duration is a number of ms or has a unit', () => {
  reads(DURATION, [
    ['0', 0],
    ['2000', 2000],
    [2000, 2000],
    ['300ms', 300],
    ['5s', 5000],
    ['1.5s', 1500],
    ['2 s', 2000],
    ['2m', 120_000],
    ['1min', 60_000],
    ['1h', 3_600_000],
    ['2147483647', 2 ** 31 - 1],
  ]);
});

test('what is no duration is answered with one', () => {
  refuses(DURATION, [
    ['soon', '5s'],
    ['', '5s'],
    ['-1', '1s'],
    ['5sec', '5s'],
    ['300x', '300ms'],
    [' 5', '5s'],
    ['2147483648', '2147483648ms'],
    [true, '5s'],
    [null, '5s'],
    [[], '5s'],
    [{}, '5s'],
  ]);
});

test('a limit is a duration above 0', () => {
  reads(LIMIT, [
    ['1', 1],
    ['5s', 5000],
    [0.6, 1],
  ]);
  refuses(LIMIT, [
    ['0', '30s'],
    [0, '30s'],
    ['0ms', '30s'],
    ['0.1', '30s'],
    ['-1', '1s'],
    ['', '5s'],
  ]);
});

test('an interval is off, the default one, or long enough', () => {
  reads(POLL, [
    ['0', 0],
    [0, 0],
    [false, 0],
    ['1', 250],
    [true, 250],
    ['20', 20],
    ['1s', 1000],
    [1000, 1000],
  ]);
  refuses(POLL, [
    ['5', '20'],
    ['19', '20'],
    ['true', '1'],
    ['-1', '1'],
    ['', '1'],
    [[250], '20'],
  ]);
});

test('a switch is 0, 1, true or false', () => {
  reads(SWITCH, [
    ['0', false],
    ['1', true],
    [true, true],
    [false, false],
  ]);
  refuses(SWITCH, [
    ['off', '0'],
    ['no', '0'],
    ['false', '0'],
    ['yes', '1'],
    ['2', '1'],
    [1, '1'],
    [null, '1'],
  ]);
});

test('a choice is one of its words, and the nearest one is suggested', () => {
  const kind = choice('wait', 'retry', 'exit');
  assert.equal(kind.expected, 'wait, retry or exit');
  reads(kind, [['retry', 'retry']]);
  refuses(kind, [
    ['retyr', 'retry'],
    ['EXIT', 'exit'],
    ['again', 'wait'],
    ['', 'wait'],
    [null, 'wait'],
    [['wait'], 'wait'],
  ]);
});

test('a signal may lack SIG, and be in small letters', () => {
  reads(SIGNAL, [
    ['SIGINT', 'SIGINT'],
    ['INT', 'SIGINT'],
    ['sigterm', 'SIGTERM'],
  ]);
  refuses(SIGNAL, [
    ['SIGTREM', 'SIGTERM'],
    ['KILL', 'SIGTERM'],
    ['SIGKILL', 'SIGTERM'],
    ['SIGSTOP', 'SIGTERM'],
    ['SIGHPU', 'SIGHUP'],
    ['15', 'SIGTERM'],
    [15, 'SIGTERM'],
    ['', 'SIGTERM'],
    [['SIGTERM'], 'SIGTERM'],
  ]);
});

test('paths are a text, which is one of them, or a list', () => {
  reads(PATHS, [
    ['src', ['src']],
    ['a:b;c', ['a:b;c']],
    [
      ['a', 'b c'],
      ['a', 'b c'],
    ],
    [[], []],
  ]);
  refuses(PATHS, [
    ['', 'src'],
    [[''], 'src'],
    [['a', 1], 'src'],
    [5, 'src'],
    [null, 'src'],
    [{}, 'src'],
  ]);
});

test('endings have a dot, a star, or neither', () => {
  reads(EXTENSIONS, [
    ['js', ['js']],
    ['js,.json, *.ts', ['js', 'json', 'ts']],
    ['d.ts', ['d.ts']],
    [
      ['py', 'xml,conf'],
      ['py', 'xml', 'conf'],
    ],
    [[], []],
  ]);
  refuses(EXTENSIONS, [
    ['', 'js,json'],
    ['js,', 'js,json'],
    ['src/*.js', 'js,json'],
    [5, 'js,json'],
  ]);
});

test('a command is a text without what only a shell understands', () => {
  reads(COMMAND, [
    ['python app.py', 'python app.py'],
    [' ./server -c "a b" ', './server -c "a b"'],
    ["sed -e 's/a|b/c;d/'", "sed -e 's/a|b/c;d/'"],
    ['echo "a | b" "c; d"', 'echo "a | b" "c; d"'],
    ['echo 100$', 'echo 100$'],
    ['echo "100$" "it\'s" a="b"', 'echo "100$" "it\'s" a="b"'],
    [String.raw`sed 's/\$HOME/x\ y/'`, String.raw`sed 's/\$HOME/x\ y/'`],
  ]);
  for (const [text, instead] of [
    ['a | b', '"a | b"'],
    ['a && b', '"a && b"'],
    ['a; b', '"a; b"'],
    ['a > b', '"a > b"'],
    ['a < b', '"a < b"'],
    ['a $(b)', "'a $(b)'"],
    ['a "$(b)"', `'a "$(b)"'`],
    ['a `b`', "'a `b`'"],
    ['a *.py', '"a *.py"'],
    ['a $HOME', "'a $HOME'"],
    ['a "$HOME"', `'a "$HOME"'`],
    ['a "${HOME}/x"', `'a "\${HOME}/x"'`],
    ['"it\'s" | "b\'s"', String.raw`'"it'\''s" | "b'\''s"'`],
    ["a 'b' | c $D", String.raw`'a '\''b'\'' | c $D'`],
    ['A=1 b', '"A=1 b"'],
  ] as const) {
    assert.equal(COMMAND.read(text), undefined, text);
    assert.equal(
      COMMAND.refusal?.(text),
      `runs no shell, got ${JSON.stringify(text)}. Use -- sh -c ${instead}.`,
    );
  }
  if (sep === '/')
    for (const text of [String.raw`x\ y`, String.raw`"a\"b"`, String.raw`"\$A"`, String.raw`a\b`, 'a\\'])
      assert.match(COMMAND.refusal?.(text) ?? '', /^runs no shell/, text);
  // A shell leaves it there as well.
  reads(COMMAND, [[String.raw`grep "a\d"`, String.raw`grep "a\d"`]]);
  assert.equal(COMMAND.refusal?.('a "b'), 'has a quote that is not closed: a "b. Close it.');
  refuses(COMMAND, [
    ['', '"python app.py"'],
    [' ', '"python app.py"'],
    [5, '"python app.py"'],
    [['a'], '"python app.py"'],
  ]);
});

test('the nearest name is one that differs in no more than a third', () => {
  const names = ['grace', 'poll', 'ext', 'standby'];
  for (const [name, expected] of [
    ['grcae', 'grace'],
    ['GRACE', 'grace'],
    ['pol', 'poll'],
    ['stanby', 'standby'],
    ['exts', 'ext'],
    ['database', undefined],
    ['port', undefined],
    ['', undefined],
  ] as const) {
    assert.equal(nearest(name, names), expected, name);
  }
});
