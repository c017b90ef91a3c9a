import { z } from 'zod';
import {
  type Answer,
  GatewayError,
  type Participant,
  type Probe,
  type UndoAnswer,
} from '../runtime/gateway-ports.ts';
import type { HttpOutcome } from './http-call.ts';

type Answered = Extract<HttpOutcome, { kind: 'answered' }>;
type Unanswered = Exclude<HttpOutcome, Answered>;

/** Problem details (RFC 9457) as far as they matter; the other members are the data of the refusal. */
const Problem = z.looseObject({
  code: z.string().optional().catch(undefined),
  detail: z.string().optional().catch(undefined),
  title: z.string().optional().catch(undefined),
});
const standardMembers = new Set(['code', 'detail', 'title', 'type', 'status', 'instance']);

/** The participant's own word for what is wrong; the HTTP status when it has none. */
export const codeOf = ({ status, body }: Answered): string =>
  Problem.safeParse(body).data?.code ?? `HTTP_${status}`;

const waitOf = ({ retryAfterMs }: HttpOutcome): { readonly retryAfterMs?: number } =>
  retryAfterMs === null ? {} : { retryAfterMs };

const unanswered = (outcome: Unanswered) =>
  ({
    kind: outcome.kind === 'lost' ? 'unknown' : 'not-sent',
    reason: outcome.reason,
    ...waitOf(outcome),
  }) as const;

const unknown = (reason: string, outcome: Answered) =>
  ({ kind: 'unknown', reason, ...waitOf(outcome) }) as const;

/** Request time-out, too early, too many requests: the participant asks for a repeat. */
const askedToRepeat = new Set([408, 425, 429]);

/** An earlier request with this key is still being worked on. */
const IN_PROGRESS = 'OPERATION_IN_PROGRESS';
/** The undo was here first; its tombstone keeps this call out for ever. */
const TOMBSTONED = 'OPERATION_CANCELED';

const isSuccess = ({ status }: Answered): boolean => status === 200 || status === 201;

const isRefusal = (outcome: Answered): boolean => {
  const { status } = outcome;
  return (
    status >= 400 && status < 500 && !askedToRepeat.has(status) && codeOf(outcome) !== IN_PROGRESS
  );
};

const refused = (outcome: Answered, refusals: ReadonlySet<string>) => {
  const { status, body } = outcome;
  const problem = Problem.safeParse(body).data ?? {};
  const code = codeOf(outcome);
  const data = Object.entries(problem).filter(([name]) => !standardMembers.has(name));
  return {
    kind: 'refused',
    code,
    detail: problem.detail ?? problem.title ?? `answered ${status}`,
    definite:
      ([404, 409, 422].includes(status) && refusals.has(code)) ||
      (status === 410 && code === TOMBSTONED),
    ...(data.length === 0 ? {} : { data: Object.fromEntries(data) }),
  } as const;
};

/**
 * What an answer to a call that changes something means. A success that cannot be read is unknown: it happened, but
 * not what we think.
 * @param refusals the codes by which this call is refused; any other 4xx is a fault of ours
 */
export const judgeWrite = <T>(
  outcome: HttpOutcome,
  data: z.ZodType<T>,
  refusals: ReadonlySet<string>,
): Answer<T> => {
  if (outcome.kind !== 'answered') return unanswered(outcome);
  if (isSuccess(outcome)) {
    const parsed = data.safeParse(outcome.body);
    return parsed.success
      ? { kind: 'done', data: parsed.data }
      : unknown('UNREADABLE_ANSWER', outcome);
  }
  return isRefusal(outcome) ? refused(outcome, refusals) : unknown(codeOf(outcome), outcome);
};

/** What an answer to an undo means: whatever is no success is tried again. */
export const judgeUndo = <T>(outcome: HttpOutcome, data: z.ZodType<T>): UndoAnswer<T> => {
  const answer = judgeWrite(outcome, data, new Set());
  return answer.kind === 'refused' ? { kind: 'unknown', reason: answer.code } : answer;
};

/** What is known of an earlier call. A 404 counts as "nothing" only with a code: a wrong address has none. */
export const judgeProbe = <T>(outcome: HttpOutcome, data: z.ZodType<T>): Probe<T> => {
  if (outcome.kind !== 'answered')
    return { kind: 'unavailable', reason: outcome.reason, ...waitOf(outcome) };
  const code = codeOf(outcome);
  if (outcome.status === 404 && code !== 'HTTP_404') return { kind: 'absent', code };
  const parsed = data.safeParse(outcome.body);
  return isSuccess(outcome) && parsed.success
    ? { kind: 'found', data: parsed.data }
    : {
        kind: 'unavailable',
        reason: isSuccess(outcome) ? 'UNREADABLE_ANSWER' : code,
        ...waitOf(outcome),
      };
};

/**
 * The data of a look-up, or the refusal of it.
 * @param refusals the codes that are an answer ("there is none") rather than a failure
 * @throws GatewayError for everything else
 */
export const judgeLookUp = <T>(
  participant: Participant,
  operation: string,
  outcome: HttpOutcome,
  data: z.ZodType<T>,
  refusals: ReadonlySet<string>,
): Exclude<Answer<T>, { kind: 'unknown' | 'not-sent' }> => {
  const answer = judgeWrite(outcome, data, refusals);
  switch (answer.kind) {
    case 'done':
      return answer;
    case 'refused':
      if (answer.definite) return answer;
      throw new GatewayError(participant, 'MISCONFIGURED', `${operation}: ${answer.code}`);
    case 'unknown':
    case 'not-sent':
      throw new GatewayError(participant, 'UNAVAILABLE', `${operation}: ${answer.reason}`, {
        retryAfterMs: answer.retryAfterMs,
      });
  }
};
