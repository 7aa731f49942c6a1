// What the preload option names: loads the preload, unless this is a Node that could not read it, or one that may not. The
// app may start one that is older than the one it runs on, and one whose permissions are narrower.
try {
  if (Number(process.versions.node.split('.', 1)[0]) >= 20) require('./preload.cjs');
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_ACCESS_DENIED') throw error;
}
