import type { RequestHandler, Router } from 'express';
import { ProblemError } from './problem-error.ts';
import { isStopping } from './request-state.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Handlers = { readonly [M in Method]?: RequestHandler };

/**
 * Declares everything that one address can do; any other method is answered 405 with Allow, OPTIONS with Allow.
 * @param guards run before each handler (authentication, body parsing), not before the 405
 */
export const endpoint = (
  router: Router,
  path: string,
  guards: readonly RequestHandler[],
  handlers: Handlers,
): void => {
  const route = router.route(path);
  const methods = Object.keys(handlers) as Method[];
  for (const method of methods) {
    const handler = handlers[method];
    if (handler) route[method](...guards, handler);
  }
  const allow = allowOf(methods);
  route.all((req, res) => {
    if (req.method !== 'OPTIONS')
      throw new ProblemError('METHOD_NOT_ALLOWED', { headers: { Allow: allow } });
    res.set('Allow', allow).status(204).end();
  });
};

const allowOf = (methods: readonly Method[]): string => {
  const names = methods.map((method) => method.toUpperCase());
  if (methods.includes('get')) names.push('HEAD');
  return [...names, 'OPTIONS'].sort().join(', ');
};

/** Behind all routes. */
export const nothingHere: RequestHandler = () => {
  throw new ProblemError('NOT_FOUND');
};

/** Refuses to begin what would be broken off. */
export const notWhileStopping: RequestHandler = (_req, res, next) => {
  if (isStopping(res))
    throw new ProblemError('SHUTTING_DOWN', { headers: { Connection: 'close' } });
  next();
};
