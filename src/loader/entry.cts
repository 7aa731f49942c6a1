// Loads the preload, unless this Node cannot parse it or may not read it: the app may start an older Node, or one with narrower
// permissions. The preload option names this file.
try {
  if (Number(process.versions.node.split('.', 1)[0]) >= 20) require('./preload.cjs');
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_ACCESS_DENIED') throw error;
}
