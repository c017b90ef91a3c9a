import type { Random } from './random.ts';
import type { Cart, Order, PaymentScript, Shopper } from './shopper.ts';

/** What the customer was told for certain. Whatever is killed afterwards must not take it back. */
export type Told = 'paid' | 'declined' | 'cancelled' | 'nothing';

export type Course = {
  /** Null when the order was refused at once. */
  readonly orderNo: string | null;
  readonly told: Told;
};

export type Scenario = {
  readonly name: string;
  /** How many of all orders take this course, in proportion. */
  readonly share: number;
  readonly run: (shopper: Shopper, random: Random) => Promise<Course>;
};

const aCart = (random: Random): Cart => ({
  items: [
    { productVariantId: random.whole(1, 5), quantity: random.whole(1, 3) },
    { productVariantId: random.whole(1001, 1050), quantity: random.whole(1, 5) },
  ],
});

const aRichCart = (random: Random): Cart => ({
  ...aCart(random),
  couponId: random.pick([12, 13]),
  points: random.whole(1, 5000),
});

const refused: Course = { orderNo: null, told: 'nothing' };

/** Places the order and goes on once it can be paid; anything else has decided it. */
const whenPayable = async (
  shopper: Shopper,
  cart: Cart,
  goOn: (order: Order) => Promise<Course['told']>,
): Promise<Course> => {
  const order = await shopper.place(cart);
  if (typeof order === 'string') return refused;
  const { orderNo } = order;
  const status = await shopper.untilNot(orderNo, 'PENDING');
  return { orderNo, told: status === 'PAYMENT_WAITING' ? await goOn(order) : 'nothing' };
};

/** What the answer to a confirmation promises; 202 and refusals promise nothing. */
const toldBy = (status: number): Course['told'] => {
  if (status === 200) return 'paid';
  return status === 402 ? 'declined' : 'nothing';
};

const pay =
  (shopper: Shopper, script: PaymentScript) =>
  async (order: Order): Promise<Course['told']> => {
    const paymentKey = await shopper.openPayment(order, script);
    const { status } = await shopper.confirm(order, paymentKey);
    return toldBy(status);
  };

/** Pays, and once that is certain asks for cancellations, one after the other. */
const payAndCancel =
  (
    shopper: Shopper,
    cancelOutcome: NonNullable<PaymentScript['cancelOutcome']>,
    parts: readonly Cart['items'][],
  ) =>
  async (order: Order): Promise<Course['told']> => {
    const { orderNo } = order;
    const told = await pay(shopper, { cancelOutcome })(order);
    if ((await shopper.untilNot(orderNo, 'PAYMENT_CONFIRMING')) !== 'COMPLETED') return told;
    for (const items of parts) {
      await shopper.cancel(orderNo, items.length === 0 ? undefined : items);
      await shopper.untilNot(orderNo, 'CANCEL_REQUESTED');
    }
    return 'nothing';
  };

type Words = NonNullable<PaymentScript['outcome']>;
const TROUBLE: readonly [Words, ...Words[]] = [
  ['PROVIDER_ERROR', 'approve'],
  ['FAILED_INTERNAL_SYSTEM_PROCESSING', 'approve'],
  'timeout-after-approve',
  'reset-after-approve',
  'error-after-approve',
  'malformed-after-approve',
  'slow:1500',
];
const CANCEL_TROUBLE: readonly [Words, ...Words[]] = [
  'cancel',
  'reset-after-cancel',
  'error-after-cancel',
  ['PROVIDER_ERROR', 'cancel'],
  'NOT_CANCELABLE_PAYMENT',
];

/** The provider shows another amount than was agreed. */
export const FALSIFIED = 'another amount was paid';

/** The courses that orders take, good and bad. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'paid by card',
    share: 5,
    run: (shopper, random) => whenPayable(shopper, aCart(random), pay(shopper, {})),
  },
  {
    name: 'paid with coupon and points',
    share: 4,
    run: (shopper, random) => whenPayable(shopper, aRichCart(random), pay(shopper, {})),
  },
  {
    name: 'paid with points alone',
    share: 2,
    run: (shopper, random) =>
      whenPayable(shopper, { ...aCart(random), points: true }, async () => 'nothing'),
  },
  {
    name: 'declined',
    share: 3,
    run: (shopper, random) => {
      const outcome = random.pick(['REJECT_CARD_PAYMENT', 'REJECT_CARD_COMPANY', 'FDS_ERROR']);
      return whenPayable(shopper, aRichCart(random), pay(shopper, { outcome }));
    },
  },
  {
    name: 'provider in trouble',
    share: 4,
    run: (shopper, random) => {
      const outcome = random.pick(TROUBLE);
      return whenPayable(shopper, aRichCart(random), pay(shopper, { outcome }));
    },
  },
  {
    name: FALSIFIED,
    share: 1,
    run: (shopper, random) =>
      whenPayable(shopper, aCart(random), pay(shopper, { outcome: 'approve-other-amount' })),
  },
  {
    name: 'session over',
    share: 1,
    run: (shopper, random) =>
      whenPayable(shopper, aCart(random), pay(shopper, { outcome: 'expired' })),
  },
  {
    name: 'two tabs',
    share: 2,
    run: (shopper, random) =>
      whenPayable(shopper, aCart(random), async (order) => {
        const keys = [await shopper.openPayment(order, {}), await shopper.openPayment(order, {})];
        const replies = await Promise.all(keys.map((key) => shopper.confirm(order, key)));
        return replies.some(({ status }) => status === 200) ? 'paid' : 'nothing';
      }),
  },
  {
    name: 'never paid',
    share: 2,
    run: (shopper, random) => whenPayable(shopper, aRichCart(random), async () => 'nothing'),
  },
  {
    name: 'cancelled before payment',
    share: 2,
    run: (shopper, random) =>
      whenPayable(shopper, aRichCart(random), async ({ orderNo }) => {
        const { status } = await shopper.cancel(orderNo);
        return status === 200 ? 'cancelled' : 'nothing';
      }),
  },
  {
    name: 'cancelled after payment',
    share: 3,
    run: (shopper, random) =>
      whenPayable(
        shopper,
        aRichCart(random),
        payAndCancel(shopper, random.pick(CANCEL_TROUBLE), [[]]),
      ),
  },
  {
    name: 'cancelled bit by bit',
    share: 3,
    run: (shopper, random) => {
      const cart = aRichCart(random);
      const first = cart.items.slice(0, 1).map((item) => ({ ...item, quantity: 1 }));
      const parts = [first, []];
      return whenPayable(shopper, cart, payAndCancel(shopper, random.pick(CANCEL_TROUBLE), parts));
    },
  },
  {
    name: 'the last pieces',
    share: 2,
    run: (shopper, random) => {
      const items = [{ productVariantId: random.pick([9, 10, 12]), quantity: random.whole(1, 2) }];
      return whenPayable(shopper, { items }, pay(shopper, {}));
    },
  },
];

/** Deals scenarios from a shuffled pack, again and again: every one gets its share, in an order that the seed decides. */
export const deal = (count: number, random: Random): readonly Scenario[] => {
  const pack = scenarios.flatMap((scenario) => Array<Scenario>(scenario.share).fill(scenario));
  const dealt: Scenario[] = [];
  while (dealt.length < count) dealt.push(...shuffled(pack, random));
  return dealt.slice(0, count);
};

const shuffled = <T>(items: readonly T[], random: Random): readonly T[] =>
  items
    .map((item) => ({ item, place: random.fraction() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
