import type { OrderLine, OrderPrice } from '../domain/order/events.ts';
import type {
  FailureCode,
  OrderStatus,
  PaymentMethod,
  SagaStatus,
  SagaStep,
} from '../domain/order/words.ts';

/** One cancellation of a completed order, as far as it has come. */
export type OrderRefund = {
  readonly refundId: string;
  readonly status: 'REQUESTED' | 'DONE' | 'REFUSED';
  readonly items: readonly { readonly productVariantId: number; readonly quantity: number }[];
  readonly amount: number;
  readonly points: number;
  readonly couponReleased: boolean;
  readonly reason: string;
  readonly requestedAt: string;
  /** The payment provider's code when it refused. */
  readonly providerCode: string | null;
};

/** One order with everything its owner may see, and what operators look for. */
export type OrderRow = {
  readonly orderNo: string;
  readonly memberId: string;
  readonly orderName: string;
  readonly status: OrderStatus;
  readonly failureCode: FailureCode | null;
  /** Whether deductions are being given back: apart from the status, so that the customer sees the result at once. */
  readonly compensation: 'NONE' | 'RUNNING' | 'DONE';
  readonly orderer: {
    readonly userId: string;
    readonly userName: string;
    readonly phoneNumber: string;
  };
  readonly deliveryAddress: string;
  readonly orderPrice: OrderPrice;
  readonly coupon: {
    readonly couponId: number;
    readonly couponName: string;
    readonly couponDiscount: number;
  } | null;
  readonly payment: {
    /** Null when nothing is paid through the provider. */
    readonly paymentKey: string | null;
    readonly amount: number;
    readonly status: 'IN_PROGRESS' | 'DONE' | 'ABORTED' | 'PARTIAL_CANCELED' | 'CANCELED';
    readonly method: PaymentMethod | null;
    readonly approvedAt: string | null;
    readonly receiptUrl: string | null;
  } | null;
  readonly orderItems: readonly (OrderLine & { readonly cancelledQuantity: number })[];
  readonly refunds: readonly OrderRefund[];
  /** Won and points given back so far by finished cancellations. */
  readonly refundedAmount: number;
  readonly refundedPoints: number;
  readonly saga: { readonly status: SagaStatus; readonly step: SagaStep } | null;
  readonly placedAt: string;
  readonly sagaDeadline: string;
  readonly paymentDeadline: string | null;
  readonly completedAt: string | null;
  readonly flaggedForReview: boolean;
  readonly updatedAt: string;
  /** Revision of the order's stream: the ETag. */
  readonly version: number;
};
