import { doneRow, type OperationRow, tombstone, undo } from '../store/operation-row.ts';

/** A member as the seed defines it; points are worth one won each. */
export interface MemberDefinition {
  readonly memberId: number;
  readonly name: string;
  readonly phoneNumber: string;
  readonly points: number;
}

/** One line of a member's points ledger. Lines are only ever added. */
export interface PointEntry {
  readonly kind: 'GRANT' | 'USE' | 'REFUND' | 'PARTIAL_REFUND';
  readonly orderNo: string | null;
  readonly refundId: string | null;
  /** Signed: what the line adds to the balance. */
  readonly amount: number;
  readonly balanceAfter: number;
  readonly at: string;
}

export interface Member {
  definition: MemberDefinition;
  /** All points ever granted. */
  initial: number;
  balance: number;
  readonly entries: PointEntry[];
}

export interface PointUse {
  readonly sagaId: string;
  readonly amount: number;
  readonly balanceAfter: number;
}

export interface PartialRefund {
  readonly amount: number;
  readonly balanceAfter: number;
}

export type PointUseRow = OperationRow<PointUse, PartialRefund> & { refunded: number };

export interface MemberState {
  readonly members: Map<number, Member>;
  /** By {@link pointUseKey}. */
  readonly uses: Map<string, PointUseRow>;
}

interface About {
  readonly userId: number;
  readonly orderNo: string;
  readonly at: string;
}

export type MemberFact = { readonly service: 'member' } & (
  | {
      readonly type: 'MembersDefined';
      readonly members: readonly MemberDefinition[];
      readonly at: string;
    }
  | ({ readonly type: 'PointsUsed' } & About & PointUse)
  | ({ readonly type: 'PointsRefunded'; readonly amount: number } & About)
  | ({ readonly type: 'PointUseTombstoned' } & About)
  | ({
      readonly type: 'PointsPartlyRefunded';
      readonly refundId: string;
      readonly amount: number;
    } & About)
);

export const emptyMember = (): MemberState => ({ members: new Map(), uses: new Map() });

/** The use of points is a resource under a member, so both name it. */
export const pointUseKey = (userId: number, orderNo: string): string => `${userId}/${orderNo}`;

/** Folds a fact of the member service, in place. */
export function evolveMember(state: MemberState, fact: MemberFact): void {
  switch (fact.type) {
    case 'MembersDefined':
      for (const definition of fact.members) define(state, definition, fact.at);
      return;
    case 'PointsUsed': {
      const { userId, orderNo, at, sagaId, amount, balanceAfter } = fact;
      enter(state, fact, { kind: 'USE', refundId: null, amount: -amount });
      state.uses.set(pointUseKey(userId, orderNo), {
        ...doneRow<PointUse, PartialRefund>({ sagaId, amount, balanceAfter }, at),
        refunded: 0,
      });
      return;
    }
    case 'PointsRefunded': {
      const row = state.uses.get(pointUseKey(fact.userId, fact.orderNo));
      if (!row) return;
      enter(state, fact, { kind: 'REFUND', refundId: null, amount: fact.amount });
      row.refunded = fact.amount;
      undo(row, fact.at);
      return;
    }
    case 'PointUseTombstoned':
      state.uses.set(pointUseKey(fact.userId, fact.orderNo), {
        ...tombstone<PointUse, PartialRefund>(fact.at),
        refunded: 0,
      });
      return;
    case 'PointsPartlyRefunded': {
      const { refundId, amount, at } = fact;
      const balanceAfter = enter(state, fact, { kind: 'PARTIAL_REFUND', refundId, amount });
      state.uses
        .get(pointUseKey(fact.userId, fact.orderNo))
        ?.parts.set(refundId, { content: { amount, balanceAfter }, at });
      return;
    }
  }
}

function define(state: MemberState, definition: MemberDefinition, at: string): void {
  const known = state.members.get(definition.memberId);
  const granted = definition.points - (known?.balance ?? 0);
  const member: Member = known ?? { definition, initial: 0, balance: 0, entries: [] };
  member.definition = definition;
  member.initial += granted;
  state.members.set(definition.memberId, member);
  if (granted !== 0)
    enter(
      state,
      { userId: definition.memberId, orderNo: null, at },
      { kind: 'GRANT', refundId: null, amount: granted },
    );
}

function enter(
  state: MemberState,
  about: { readonly userId: number; readonly orderNo: string | null; readonly at: string },
  line: Pick<PointEntry, 'kind' | 'refundId' | 'amount'>,
): number {
  const member = state.members.get(about.userId);
  if (!member) return 0;
  member.balance += line.amount;
  const { orderNo, at } = about;
  member.entries.push({ ...line, orderNo, balanceAfter: member.balance, at });
  return member.balance;
}

/** What is left to give back of a use of points, in won. */
export function unrefunded(row: PointUseRow): number {
  if (row.state !== 'DONE' || !row.content) return 0;
  return [...row.parts.values()].reduce(
    (left, part) => left - part.content.amount,
    row.content.amount,
  );
}
