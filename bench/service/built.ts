import type * as Composition from '../../src/composition.ts';
import type * as Clock from '../../src/platform/clock.ts';
import type * as Config from '../../src/platform/config.ts';
import type * as Logger from '../../src/platform/logger.ts';
import type * as Projections from '../../src/projections/index.ts';
import type * as Project from '../../src/runtime/project.ts';
import type * as Rebuild from '../../src/runtime/rebuild.ts';

// What ships is measured, not what a loader makes of the sources.
const load = async (path: string): Promise<object> =>
  import(new URL(`../../dist/src/${path}.js`, import.meta.url).href);

const { compose, families } = (await load('composition')) as typeof Composition;
const { systemClock } = (await load('platform/clock')) as typeof Clock;
const { loadConfig } = (await load('platform/config')) as typeof Config;
const { createLogger } = (await load('platform/logger')) as typeof Logger;

export const { projections } = (await load('projections/index')) as typeof Projections;
export const { createProjector } = (await load('runtime/project')) as typeof Project;
export const { rebuild } = (await load('runtime/rebuild')) as typeof Rebuild;
export { families, systemClock };

/** The compiled service's adapters, connected as this environment says. */
export const composed = (environment: Readonly<Record<string, string>>) => {
  const config = loadConfig(environment);
  const logger = createLogger(config.log);
  return { ...compose(config, { logger, clock: systemClock }), logger };
};
