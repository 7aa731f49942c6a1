// What a command line of Node's is made of: which of its options take the next word, which it knows outside
// NODE_OPTIONS, and with which it runs no program. Pure. A unit test compares it with `node --help`.

/** Options that take the next word as their value, of all versions that are supported. Those of V8 never do. */
const VALUE_OPTIONS: ReadonlySet<string> = new Set(
  `
  --allow-fs-read --allow-fs-write --bench-isolation --bench-name-pattern --bench-reporter
  --bench-reporter-destination --bench-samples --bench-warmup --build-sea --build-snapshot-config -C --conditions
  --cpu-prof-dir --cpu-prof-interval --cpu-prof-name --debug-port --diagnostic-dir --disable-proto
  --disable-warning --dns-result-order --env-file --env-file-if-exists -e --eval
  --experimental-default-type --experimental-loader --experimental-package-map --experimental-policy
  --experimental-sea-config --experimental-test-isolation --experimental-test-tag-filter --heap-prof-dir
  --heap-prof-interval --heap-prof-name --heapsnapshot-near-heap-limit --heapsnapshot-signal --icu-data-dir --import
  --input-type --inspect-port --inspect-publish-uid --loader --localstorage-file --max-http-header-size
  --max-old-space-size-percentage --network-family-autoselection-attempt-timeout --openssl-config -pe
  --policy-integrity -r --redirect-warnings --report-dir --report-directory --report-filename --report-signal
  --require --run --secure-heap --secure-heap-min --security-revert --snapshot-blob --test-concurrency
  --test-coverage-branches --test-coverage-exclude --test-coverage-functions --test-coverage-include
  --test-coverage-lines --test-global-setup --test-isolation --test-name-pattern --test-random-seed --test-reporter
  --test-reporter-destination --test-rerun-failures --test-shard --test-skip-pattern --test-timeout --title
  --tls-cipher-list --tls-keylog --trace-event-categories --trace-event-file-pattern --trace-require-module
  --unhandled-rejections --use-largepages --v8-pool-size --vfs-load --vfs-mount --watch-kill-signal --watch-path
  `
    .trim()
    .split(/\s+/),
);

/** Options that take the next word in some versions only: from this major one, and before that one. */
const VALUE_OPTIONS_SINCE: Readonly<Record<string, readonly [from: number, before: number]>> = {
  '--experimental-config-file': [22, 24],
  '--stack-trace-limit': [22, Infinity],
};

/** Options without a value that are not allowed in NODE_OPTIONS, so that `process.allowedNodeEnvironmentFlags` lacks them. */
const COMMAND_LINE_ONLY: ReadonlySet<string> = new Set(
  `
  --bench --build-snapshot -c --check --completion-bash --cpu-prof --experimental-config-file
  --experimental-default-config-file --experimental-inspector-network-resource --experimental-network-inspection
  --experimental-storage-inspection --experimental-test-coverage --experimental-test-module-mocks
  --experimental-worker-inspection --force-fips -h --help -i --inspect --inspect-brk --inspect-wait --interactive -p
  --print --prof --prof-process --test --test-force-exit --test-update-snapshots --v8-options -v --version
  `
    .trim()
    .split(/\s+/),
);

/**
 * Whether an option takes the next word.
 *
 * @param option as it is written, with `=value` or without
 * @param version as `process.version`
 * @example
 * takesNext('--env-file') // true
 * takesNext('--env-file=.env') // false
 */
export function takesNext(option: string, version: string = process.version): boolean {
  const name = nameOf(option);
  if (option.includes('=')) return false;
  const [from, before] = VALUE_OPTIONS_SINCE[name] ?? [];
  const major = Number(/\d+/.exec(version)?.[0]);
  return from !== undefined && before !== undefined
    ? major >= from && major < before
    : VALUE_OPTIONS.has(name);
}

/** Whether this Node is known to have an option. One of V8's that it does not allow in NODE_OPTIONS is not known. */
export function isNodeOption(option: string): boolean {
  const name = nameOf(option);
  return (
    VALUE_OPTIONS.has(name) || COMMAND_LINE_ONLY.has(name) || process.allowedNodeEnvironmentFlags.has(name)
  );
}

/** Without the value, and with `-` where Node takes `_` for it. */
function nameOf(option: string): string {
  const [name = ''] = option.split('=', 1);
  return name.replaceAll('_', '-');
}
