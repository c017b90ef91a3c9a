#!/usr/bin/env node
/**
 * `npx order-service COMMAND`. `eventstore` and `sandbox` run those programs alone; every other command works on the
 * service's data: on the parts that the environment names, or those of the service that runs here, or parts started
 * for the occasion.
 */
import { build } from '../scripts/build.mjs';
import { install } from '../scripts/install.mjs';
import { root } from '../scripts/root.mjs';

const programs = new Map([
  ['eventstore', '../dist/embedded/eventstore/main.js'],
  ['sandbox', '../dist/sandbox/main.js'],
]);

install(root);
build(root);
const alone = programs.get(process.argv[2] ?? '');
if (alone) {
  process.argv.splice(2, 1);
  await import(alone);
} else {
  await import('../dist/embedded/command-line.js');
}
