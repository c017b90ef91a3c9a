import type { MemberDefinition } from '../member/state.ts';

/** Members for load tests: ids from here on, all alike, with points that do not run out. */
const BULK_FIRST_ID = 1001;
const BULK_COUNT = 200;
const BULK_POINTS = 1_000_000_000;

/** The members of a new sandbox; the README says what each is good for. */
export const seedMembers: readonly MemberDefinition[] = [
  { memberId: 1, name: '김민준', phoneNumber: '010-1234-0001', points: 10_000 },
  { memberId: 2, name: '이서연', phoneNumber: '010-1234-0002', points: 0 },
  { memberId: 3, name: '박지호', phoneNumber: '010-1234-0003', points: 500 },
  { memberId: 4, name: '최수아', phoneNumber: '010-1234-0004', points: 1_000_000_000 },
  { memberId: 5, name: '정하준', phoneNumber: '010-1234-0005', points: 3000 },
  { memberId: 6, name: '한지우', phoneNumber: '010-1234-0006', points: 100_000 },
  { memberId: 7, name: '오유나', phoneNumber: '010-1234-0007', points: 1 },
  { memberId: 8, name: '윤도현', phoneNumber: '010-1234-0008', points: 50_000 },
  ...Array.from({ length: BULK_COUNT }, (_, index) => ({
    memberId: BULK_FIRST_ID + index,
    name: `대량회원${BULK_FIRST_ID + index}`,
    phoneNumber: `010-9000-${BULK_FIRST_ID + index}`,
    points: BULK_POINTS,
  })),
];
