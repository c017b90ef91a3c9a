/**
 * `npm start`: installs and builds what is missing or stale, then becomes the service. One process to stop; the
 * embedded parts are its children and end with it.
 */
import { build } from './build.mjs';
import { install } from './install.mjs';
import { root } from './root.mjs';
import { watchNpm } from './watch-npm.mjs';

install(root);
build(root);

watchNpm(() => process.kill(process.pid, 'SIGTERM'));
await import('../dist/embedded/start.js');
