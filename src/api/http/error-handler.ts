import type { ErrorRequestHandler, Response } from 'express';
import { GatewayError } from '../../runtime/gateway-ports.ts';
import { EventStoreFailure, type Log } from '../../runtime/ports.ts';
import { ReadSideFailure } from '../../runtime/read-ports.ts';
import type { ProblemCode } from '../problems.ts';
import { ProblemError } from './problem-error.ts';
import { sendProblem } from './problem-response.ts';
import { requestIdOf } from './request-state.ts';

const outageOf: Readonly<Record<GatewayError['participant'], ProblemCode>> = {
  product: 'PRODUCT_UNAVAILABLE',
  coupon: 'COUPON_SERVICE_UNAVAILABLE',
  member: 'MEMBER_SERVICE_UNAVAILABLE',
  toss: 'PAYMENT_PROVIDER_UNAVAILABLE',
};

/** What express's own body parser and router throw: `type` names the case (body-parser's README, "Errors"). */
type HttpError = { readonly type?: unknown; readonly status?: unknown };

const ofBodyParser: Readonly<Record<string, ProblemCode>> = {
  'entity.parse.failed': 'MALFORMED_JSON',
  'entity.too.large': 'BODY_TOO_LARGE',
  'encoding.unsupported': 'UNSUPPORTED_MEDIA_TYPE',
  'charset.unsupported': 'UNSUPPORTED_MEDIA_TYPE',
  'request.size.invalid': 'MALFORMED_JSON',
  'request.aborted': 'MALFORMED_JSON',
};

/**
 * Says what a thrown thing is to the client.
 * @returns the problem, or undefined for a bug: something nobody expected
 */
export const problemOf = (error: unknown): ProblemError | undefined => {
  if (error instanceof ProblemError) return error;
  if (error instanceof GatewayError) return ofGateway(error);
  if (error instanceof EventStoreFailure && error.retryable)
    return new ProblemError('STORE_UNAVAILABLE', { cause: error, detail: 'try again' });
  if (error instanceof ReadSideFailure)
    return new ProblemError('READ_MODEL_UNAVAILABLE', { cause: error });
  const { type, status } = (error ?? {}) as HttpError;
  const parser = typeof type === 'string' ? ofBodyParser[type] : undefined;
  if (parser) return new ProblemError(parser);
  // Express refuses a path whose percent-encoding is broken.
  if (error instanceof URIError) return new ProblemError('NOT_FOUND');
  if (status === 400) return new ProblemError('VALIDATION_FAILED');
  return undefined;
};

const ofGateway = (error: GatewayError): ProblemError =>
  error.code === 'MISCONFIGURED'
    ? new ProblemError('PARTICIPANT_MISCONFIGURED', { cause: error })
    : new ProblemError(outageOf[error.participant], {
        cause: error,
        headers: {
          'Retry-After': String(Math.max(1, Math.ceil((error.retryAfterMs ?? 1000) / 1000))),
        },
      });

const hangUp = (res: Response): void => {
  res.destroy();
};

/** The last stop: answers problems, and logs what is a bug once, with the request's id, never with the request's content. */
export const errorHandler =
  (log: Log): ErrorRequestHandler =>
  (error: unknown, req, res, _next) => {
    const problem = problemOf(error);
    if (!problem)
      log.error(
        { err: error, requestId: requestIdOf(res), method: req.method, path: req.path },
        'a request failed unexpectedly',
      );
    else if (problem.cause !== undefined)
      log.warn(
        { err: problem.cause, requestId: requestIdOf(res), code: problem.code },
        'a request could not be served',
      );
    if (res.headersSent) hangUp(res);
    else sendProblem(res, problem?.code ?? 'INTERNAL_ERROR', problem?.extras);
  };
