import type { AppendResult, Expectation } from '../streams/event-store.ts';
import { WireWriter } from './wire-writer.ts';

type Written = Extract<AppendResult, { kind: 'written' }>;

/** `Position` and `AllStreamPosition`: commit and prepare are equal. */
export const positionMessage = (position: number): WireWriter =>
  new WireWriter(24).uint(1, position).uint(2, position);

/** `AppendResp.Success` and `BatchAppendResp.Success`, which have the same fields. */
export function appendSuccess({ revision, position }: Written): WireWriter {
  const success = new WireWriter(48);
  if (revision < 0) success.empty(2);
  else success.uint(1, revision);
  if (position === undefined) success.empty(4);
  else success.message(3, positionMessage(position));
  return success;
}

/** The in-band refusal of the classic Append: AppendResp.wrong_expected_version. */
export function appendRefusal(current: number, expectation: Expectation): Buffer {
  const refusal = new WireWriter(32);
  if (current < 0) refusal.empty(7);
  else refusal.uint(6, current);
  switch (expectation.kind) {
    case 'revision':
      refusal.bigint(8, expectation.revision);
      break;
    case 'any':
      refusal.empty(9);
      break;
    case 'stream-exists':
      refusal.empty(10);
      break;
    case 'no-stream':
      refusal.empty(11);
      break;
  }
  return new WireWriter(40).message(2, refusal).finish();
}

/** AppendResp.success. */
export const appendReply = (result: Written): Buffer =>
  new WireWriter(64).message(1, appendSuccess(result)).finish();

/** `DeleteResp` and `TombstoneResp`. */
export const removalReply = (position: number): Buffer =>
  new WireWriter(32).message(1, positionMessage(position)).finish();
