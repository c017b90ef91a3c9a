import type { CartRejection } from '../../domain/cart/cart.ts';
import type { PlacementRejection } from '../../domain/order/assess.ts';
import type { OrderRejection } from '../../domain/order/order-types.ts';
import type { Outcome } from '../../runtime/execute.ts';
import type { OperatorRejection } from '../admin-ports.ts';
import type { ProblemCode } from '../problems.ts';
import { ProblemError } from './problem-error.ts';

export type Rejection = CartRejection | PlacementRejection | OrderRejection | OperatorRejection;

/**
 * Cases of one refusal that a customer must tell apart have codes of their own.
 * @returns the problem's code; for most rejections their own
 */
export const problemCodeOf = (rejection: Rejection): ProblemCode => {
  if (rejection.code === 'PAYMENT_DEADLINE_PASSED') return 'ORDER_EXPIRED';
  if (rejection.code !== 'ORDER_NOT_PAYABLE') return rejection.code;
  const { status, failureCode } = rejection;
  if (failureCode === 'PAYMENT_TIMEOUT' || failureCode === 'SAGA_TIMEOUT') return 'ORDER_EXPIRED';
  const paid = ['COMPLETED', 'CANCEL_REQUESTED', 'PARTIALLY_CANCELED'].includes(status);
  return paid ? 'ORDER_ALREADY_PAID' : 'ORDER_NOT_PAYABLE';
};

/**
 * Answers a refusal of the domain: its code becomes the problem, what it carries becomes the problem's members.
 * @throws ProblemError always
 */
export const refuse = (rejection: Rejection): never => {
  const { code: _code, ...members } = renamed(rejection);
  throw new ProblemError(problemCodeOf(rejection), { members });
};

/** `status` is the HTTP status in a problem document (RFC 9457, section 3.1.2). */
const renamed = (
  rejection: Rejection,
): { readonly code: string; readonly [name: string]: unknown } => {
  if (!('status' in rejection)) return { ...rejection };
  const { status, ...rest } = rejection;
  return { ...rest, currentStatus: status };
};

type Done<State, Event> = Extract<Outcome<State, Event, Rejection>, { kind: 'done' }>;

/**
 * Takes a command's outcome apart.
 * @param seen whether the command was bound to the version that the client has seen
 * @throws ProblemError for a rejection; PRECONDITION_FAILED or BUSY when others won the race
 */
export const doneOrRefuse = <State, Event>(
  outcome: Outcome<State, Event, Rejection>,
  seen = false,
): Done<State, Event> => {
  switch (outcome.kind) {
    case 'done':
      return outcome;
    case 'rejected':
      return refuse(outcome.rejection);
    case 'conflict':
      throw new ProblemError(seen ? 'PRECONDITION_FAILED' : 'BUSY');
  }
};
