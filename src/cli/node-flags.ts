// Knows the options of Node: those that take the next word, and those that Node accepts only on the command line. Pure. A unit test
// compares the lists with `node --help` of each Node.
import { optionName, runsNoProgram, setOf } from '../shared/process-role.ts';

/** Options of all supported versions that take the next word as their value. Of the V8 options, one does. */
const VALUE_OPTIONS = setOf(`
  --allow-fs-read --allow-fs-write --bench-isolation --bench-name-pattern --bench-reporter
  --bench-reporter-destination --bench-samples --bench-warmup --build-sea --build-snapshot-config -C
  --conditions --cpu-prof-dir --cpu-prof-interval --cpu-prof-name --debug-port --diagnostic-dir
  --disable-proto --disable-warning --dns-result-order --env-file --env-file-if-exists -e --eval
  --experimental-config-file --experimental-default-type --experimental-loader --experimental-package-map
  --experimental-policy --experimental-sea-config --experimental-test-isolation --experimental-test-tag-filter
  --heap-prof-dir --heap-prof-interval --heap-prof-name --heapsnapshot-near-heap-limit --heapsnapshot-signal
  --icu-data-dir --import --input-type --inspect-port --inspect-publish-uid --loader --localstorage-file
  --max-http-header-size --max-old-space-size-percentage --network-family-autoselection-attempt-timeout
  --openssl-config -pe --policy-integrity -r --redirect-warnings --report-dir --report-directory
  --report-filename --report-signal --require --run --secure-heap --secure-heap-min --security-revert
  --snapshot-blob --stack-trace-limit --test-concurrency --test-coverage-branches --test-coverage-exclude
  --test-coverage-functions --test-coverage-include --test-coverage-lines --test-global-setup --test-isolation
  --test-name-pattern --test-random-seed --test-reporter --test-reporter-destination --test-rerun-failures
  --test-shard --test-skip-pattern --test-timeout --title --tls-cipher-list --tls-keylog
  --trace-event-categories --trace-event-file-pattern --trace-require-module --unhandled-rejections
  --use-largepages --v8-pool-size --vfs-load --vfs-mount --watch-kill-signal --watch-path
`);

/** Options that take the next word only from one major version on, and before another. */
const VERSIONS: Readonly<Record<string, readonly [from: number, before: number]>> = {
  '--experimental-config-file': [22, 24],
  '--stack-trace-limit': [22, Infinity],
};

/**
 * Options without a value that NODE_OPTIONS may not have, so that `process.allowedNodeEnvironmentFlags` lacks them. Those that run no
 * program are in another list.
 */
const COMMAND_LINE_ONLY = setOf(`
  --cpu-prof --experimental-default-config-file --experimental-inspector-network-resource
  --experimental-network-inspection --experimental-storage-inspection --experimental-test-coverage
  --experimental-test-module-mocks --experimental-worker-inspection --force-fips -h --help --inspect
  --inspect-brk --inspect-wait --prof --test-force-exit --test-update-snapshots -v --version
`);

/**
 * Returns whether an option takes the next word as its value.
 *
 * @param option as written, with `=value` or without
 * @param version as `process.version`
 * @example
 * takesNext('--env-file') // true
 * takesNext('--env-file=.env') // false
 */
export function takesNext(option: string, version: string = process.version): boolean {
  const name = optionName(option);
  const [from, before] = VERSIONS[name] ?? [0, Infinity];
  const major = Number(/\d+/.exec(version)?.[0]);
  return !option.includes('=') && VALUE_OPTIONS.has(name) && major >= from && major < before;
}

/** Returns whether this Node is known to have an option. Most V8 options are unknown. */
export function isNodeOption(option: string): boolean {
  const name = optionName(option);
  const isListed = VALUE_OPTIONS.has(name) || COMMAND_LINE_ONLY.has(name) || runsNoProgram(name);
  return isListed || process.allowedNodeEnvironmentFlags.has(name);
}
