import { GrpcError, Status } from '../grpc/status.ts';

/**
 * The refusals of this service. Clients recognise them by the trailer `exception`; that of a missing
 * group they also show word by word.
 */
export const groupMissing = (source: string, group: string): GrpcError =>
  new GrpcError(
    Status.notFound,
    `Subscription group ${group} on stream ${source} does not exist.`,
    trailers('persistent-subscription-does-not-exist', source, group),
  );

export const groupExists = (source: string, group: string): GrpcError =>
  new GrpcError(
    Status.alreadyExists,
    `Subscription group ${group} on stream ${source} already exists.`,
    trailers('persistent-subscription-exists', source, group),
  );

export const groupFailed = (source: string, group: string, reason: string): GrpcError =>
  new GrpcError(
    Status.internal,
    `Subscription group ${group} on stream ${source} failed: '${reason}'`,
    { ...trailers('persistent-subscription-failed', source, group), reason },
  );

export const subscriberLimit = (source: string, group: string): GrpcError =>
  new GrpcError(
    Status.failedPrecondition,
    `Maximum subscriptions reached for subscription group ${group} on stream ${source}.`,
    trailers('maximum-subscribers-reached', source, group),
  );

export const consumerDropped = (source: string, group: string): GrpcError =>
  new GrpcError(
    Status.cancelled,
    `Subscription group ${group} on stream ${source} was dropped.`,
    trailers('persistent-subscription-dropped', source, group),
  );

const trailers = (exception: string, source: string, group: string) => ({
  exception,
  'stream-name': source,
  'group-name': group,
});
