import type { RequestHandler, Response } from 'express';
import { type Options, pinoHttp } from 'pino-http';
import { requestIdOf } from './request-state.ts';

export type HttpLogger = NonNullable<Options['logger']>;

/**
 * One line a request when it is over, for who debugs: at other levels the lines of the error handler must do, as these cost a
 * tenth of a millisecond each. The address is logged without its query, which may hold a ticket; headers and bodies are not
 * logged at all.
 */
export const requestLog = (logger: HttpLogger): RequestHandler => {
  if (!logger.isLevelEnabled('debug')) return (_req, _res, next) => next();
  return pinoHttp({
    logger,
    genReqId: (_req, res) => requestIdOf(res as Response),
    quietReqLogger: true,
    customLogLevel: (_req, res, error) =>
      error !== undefined || res.statusCode >= 500 ? 'error' : 'debug',
    customSuccessMessage: (req, res) => `${req.method} ${res.statusCode}`,
    customErrorMessage: (req, res) => `${req.method} ${res.statusCode}`,
    wrapSerializers: false,
    serializers: {
      req: (req: { readonly method?: string; readonly url?: string }) => ({
        method: req.method,
        path: req.url?.split('?')[0],
      }),
      res: (res: { readonly statusCode: number }) => ({ status: res.statusCode }),
      err: (error: { readonly name?: string; readonly code?: string }) => ({
        name: error.name,
        code: error.code,
      }),
    },
  });
};
