import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { config } from './src/config.js';
import { createServer } from './src/server.js';

// Loopback only: the example must not be reachable from the network.
const server = createServer().listen(config.port, '127.0.0.1', (error) => {
  if (error) throw error;
  const greeting = fileURLToPath(new URL('src/views/greeting.js', import.meta.url));
  console.log(`Guest book on http://127.0.0.1:${server.address().port}/`);
  console.log(`Edit ${relative(process.cwd(), greeting)} and save: the program restarts.`);
});

process.once('SIGTERM', () => {
  server.close();
});
