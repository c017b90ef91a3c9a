import type { Outcome } from './outcome.ts';
import type { PaymentFact } from './payment.ts';

/** What came of the work: the facts to store, and the answer. */
export type Performed =
  | { readonly kind: 'failed'; readonly code: string; readonly facts: readonly PaymentFact[] }
  | {
      readonly kind: 'performed';
      readonly facts: readonly PaymentFact[];
      /** The answer's body, to be taken after the facts were applied. */
      readonly view: () => unknown;
    };

/** How a request goes on once it was read: refused at once, or along the payment's script. */
export type Execution =
  | { readonly kind: 'refused'; readonly code: string }
  | {
      readonly kind: 'scripted';
      readonly outcome: Outcome;
      readonly perform: () => Performed;
    };
