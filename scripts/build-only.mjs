/** `npm run build`. */
import { build } from './build.mjs';
import { root } from './root.mjs';

build(root);
