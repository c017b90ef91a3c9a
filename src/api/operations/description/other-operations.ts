import * as contract from '../../contract.ts';
import * as requests from '../../requests.ts';
import type { Operation } from './operation.ts';

const accepted = { text: 'Recorded; it is carried out in the background' };

const stream = {
  text: 'Server-sent events: snapshot, order, reset',
  schema: contract.StreamEvent,
  stream: true as const,
};

export const eventOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/orders/events',
    tag: 'Events',
    summary: "Everything that happens to the member's orders; by token, or by ?ticket=",
    takes: ['last-event-id'],
    answers: { 200: stream },
    problems: ['INVALID_TICKET', 'TOO_MANY_STREAMS'],
  },
  {
    method: 'get',
    path: '/orders/{orderNo}/events',
    tag: 'Events',
    summary: 'Everything that happens to one order',
    params: ['orderNo'],
    takes: ['last-event-id'],
    answers: { 200: stream },
    problems: ['INVALID_TICKET', 'ORDER_NOT_FOUND', 'TOO_MANY_STREAMS'],
  },
  {
    method: 'post',
    path: '/orders/events/ticket',
    tag: 'Events',
    summary: 'A one-time ticket for a browser to open a stream with',
    answers: { 201: { text: 'The ticket', schema: contract.Ticket } },
    problems: [],
  },
];

const admin = (
  method: Operation['method'],
  path: string,
  summary: string,
  more: Partial<Operation> = {},
): Operation => ({
  method,
  path: `/admin${path}`,
  tag: 'Operators',
  summary,
  answers: method === 'get' ? { 200: { text: 'As it is now' } } : { 202: accepted },
  ...more,
  problems: ['FORBIDDEN', ...(more.problems ?? [])],
});
const wish = {
  params: ['instance'],
  body: requests.Reason,
  problems: ['VALIDATION_FAILED', 'SAGA_NOT_FOUND', 'SAGA_FINISHED'],
} satisfies Partial<Operation>;

export const operatorOperations: readonly Operation[] = [
  admin('get', '/sagas', 'Sagas, e.g. the stuck ones', { query: requests.SagaListQuery }),
  admin('get', '/sagas/{instance}', "An order's sagas", {
    params: ['instance'],
    problems: ['SAGA_NOT_FOUND'],
  }),
  admin('post', '/sagas/{instance}/retry', 'Tries again now what was put off', wish),
  admin('post', '/sagas/{instance}/compensate', 'Gives an unpaid order up and everything back', {
    ...wish,
    problems: [...wish.problems, 'COMPENSATION_NOT_ALLOWED'],
  }),
  admin('post', '/sagas/{instance}/annotate', 'Writes a note to a saga', wish),
  admin('get', '/parked', 'Messages that the process managers gave up on'),
  admin('post', '/parked/replay', 'Brings all parked messages back'),
  admin('get', '/projections', 'Where every read model stands'),
];

export const healthOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/health/live',
    tag: 'Health',
    summary: 'The process runs',
    open: true,
    answers: { 200: { text: 'It does' } },
    problems: [],
  },
  {
    method: 'get',
    path: '/health/ready',
    tag: 'Health',
    summary: 'Requests may come',
    open: true,
    answers: {
      200: { text: 'They may' },
      503: { text: 'Something is away, or the process is about to stop' },
    },
    problems: [],
  },
];
