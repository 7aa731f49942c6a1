import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { test } from 'node:test';
import { COMMAND, splitCommand } from '../../../src/options/command-text.ts';

test('a command is a string without shell syntax', () => {
  for (const [text, value] of [
    ['python app.py', 'python app.py'],
    [' ./server -c "a b" ', './server -c "a b"'],
    ["sed -e 's/a|b/c;d/'", "sed -e 's/a|b/c;d/'"],
    ['echo "a | b" "c; d"', 'echo "a | b" "c; d"'],
    ['echo 100$', 'echo 100$'],
    ['echo "100$" "it\'s" a="b"', 'echo "100$" "it\'s" a="b"'],
    [String.raw`sed 's/\$HOME/x\ y/'`, String.raw`sed 's/\$HOME/x\ y/'`],
  ] as const)
    assert.equal(COMMAND.read(text), value, text);
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
  // A shell keeps this backslash too.
  assert.equal(COMMAND.read(String.raw`grep "a\d"`), String.raw`grep "a\d"`);
  assert.equal(COMMAND.refusal?.('a "b'), 'has a quote that is not closed: a "b. Close it.');
  for (const raw of ['', ' ', 5, ['a']]) {
    assert.equal(COMMAND.read(raw), undefined);
    assert.equal(COMMAND.suggest(raw), '"python app.py"');
  }
});

test('a command is split at spaces outside quotes, and the quotes are removed', () => {
  for (const [text, words] of [
    ['python app.py', ['python', 'app.py']],
    ['  a\t b\n', ['a', 'b']],
    [`a "b c" 'd e'`, ['a', 'b c', 'd e']],
    [`a"b c"'d e'f`, ['ab cd ef']],
    [`a '' "" b`, ['a', '', '', 'b']],
    [`"it's" '"x"'`, ["it's", '"x"']],
    [String.raw`C:\bin\x.exe "C:\a b\y"`, [String.raw`C:\bin\x.exe`, String.raw`C:\a b\y`]],
    [String.raw`sed 's/\$A/$&/' "$1"`, ['sed', String.raw`s/\$A/$&/`, '$1']],
    ['', []],
  ] as const)
    assert.deepEqual(splitCommand(text), words, text);
});
