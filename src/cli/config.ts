import { Command } from 'commander';
import { ConfigError, loadConfig, readSettings } from '../platform/config.ts';
import type { Workbench } from './workbench.ts';

/** `config check`: what the service would say of its environment, without starting it. */
export const configCommand = ({ exit, surroundings }: Workbench): Command => {
  const command = new Command('config').description('The environment variables');
  command
    .command('check')
    .description('name every variable that is wrong')
    .option('--production', 'also what must not be missing where nothing embedded stands in')
    .action(({ production }: { readonly production?: true }) => {
      try {
        if (production) loadConfig(surroundings.environment);
        else readSettings(surroundings.environment);
        surroundings.print('the configuration is in order');
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        surroundings.tell(error.message);
        exit(1);
      }
    });
  return command;
};
