/** `npm test`: installs what is missing or stale, then runs every test with coverage. Arguments go to Vitest. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { install } from './install.mjs';
import { root } from './root.mjs';

install(root);
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const args = [vitest, 'run', '--coverage', ...process.argv.slice(2)];
const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('close', (code) => process.exit(code ?? 1));
