import { errorBody } from './errors.ts';
import { METHOD_WORDS, type Payment } from './payment.ts';

const KST_OFFSET_MS = 9 * 60 * 60 * 1000;
const MERCHANT_ID = 'tosspayments';
/** The API version of widget keys. */
const VERSION = '2022-11-16';
/** The share of the supply price in a price that includes 10 % value added tax. */
const VAT_DIVISOR = 11;

/** An instant (ISO 8601, UTC) in the provider's format: Korean time with its offset, whole seconds. */
export const toKoreanTime = (utc: string): string =>
  `${new Date(Date.parse(utc) + KST_OFFSET_MS).toISOString().slice(0, 19)}+09:00`;

const orNull = (utc: string | null) => (utc === null ? null : toKoreanTime(utc));

/** The Payment object as the provider's API shows it. */
export function paymentView(payment: Payment) {
  const { paymentKey, balanceAmount, taxFreeAmount, taxExemptionAmount } = payment;
  const totalAmount = payment.falsified?.totalAmount ?? payment.totalAmount;
  const vat = Math.round((balanceAmount - taxFreeAmount) / VAT_DIVISOR);
  return {
    mId: MERCHANT_ID,
    version: VERSION,
    lastTransactionKey: payment.lastTransactionKey,
    paymentKey,
    orderId: payment.falsified?.orderId ?? payment.orderId,
    orderName: payment.orderName,
    taxExemptionAmount,
    status: payment.status,
    requestedAt: toKoreanTime(payment.requestedAt),
    approvedAt: orNull(payment.approvedAt),
    useEscrow: payment.useEscrow,
    cultureExpense: false,
    card: cardView(payment, totalAmount),
    virtualAccount: virtualAccountView(payment),
    transfer:
      payment.method === 'transfer' ? { bankCode: '88', settlementStatus: 'INCOMPLETED' } : null,
    mobilePhone:
      payment.method === 'mobile'
        ? {
            customerMobilePhone: '01012345678',
            settlementStatus: 'INCOMPLETED',
            receiptUrl: `https://dashboard.tosspayments.com/receipt/mobilephone?paymentKey=${paymentKey}`,
          }
        : null,
    giftCertificate:
      payment.method === 'gift-certificate'
        ? { approveNo: payment.approvalNumber, settlementStatus: 'INCOMPLETED' }
        : null,
    cashReceipt: null,
    cashReceipts: null,
    discount: null,
    cancels: payment.cancels.length > 0 ? payment.cancels.map(cancelView) : null,
    secret: payment.secret,
    type: 'NORMAL',
    easyPay:
      payment.method === 'easy-pay'
        ? { provider: '토스페이', amount: totalAmount, discountAmount: 0 }
        : null,
    country: 'KR',
    failure: payment.failureCode === null ? null : errorBody(payment.failureCode),
    isPartialCancelable: !payment.useEscrow && taxExemptionAmount === 0,
    receipt:
      payment.approvedAt === null
        ? null
        : {
            url: `https://dashboard.tosspayments.com/receipt/redirection?transactionId=${paymentKey}`,
          },
    checkout: { url: `https://api.tosspayments.com/v1/payments/${paymentKey}/checkout` },
    currency: payment.falsified?.currency ?? 'KRW',
    totalAmount,
    balanceAmount,
    suppliedAmount: balanceAmount - taxFreeAmount - vat,
    vat,
    taxFreeAmount,
    metadata: payment.metadata,
    method: METHOD_WORDS[payment.method],
  };
}

function cancelView(cancel: Payment['cancels'][number]) {
  return {
    transactionKey: cancel.transactionKey,
    cancelReason: cancel.reason,
    taxExemptionAmount: 0,
    canceledAt: toKoreanTime(cancel.canceledAt),
    transferDiscountAmount: 0,
    easyPayDiscountAmount: 0,
    receiptKey: null,
    cancelAmount: cancel.amount,
    taxFreeAmount: cancel.taxFreeAmount,
    refundableAmount: cancel.refundableAmount,
    cancelStatus: 'DONE',
    cancelRequestId: null,
  };
}

function cardView(payment: Payment, amount: number) {
  if (payment.method !== 'card') return null;
  return {
    issuerCode: '71',
    acquirerCode: '71',
    number: '12345678****000*',
    installmentPlanMonths: 0,
    isInterestFree: false,
    interestPayer: null,
    approveNo: payment.approvalNumber ?? '00000000',
    useCardPoint: false,
    cardType: '신용',
    ownerType: '개인',
    acquireStatus: 'READY',
    amount,
  };
}

function virtualAccountView(payment: Payment) {
  if (payment.method !== 'virtual-account') return null;
  return {
    accountNumber: payment.accountNumber,
    accountType: '일반',
    bankCode: '20',
    customerName: '박토스',
    depositorName: null,
    dueDate: payment.dueDate === null ? null : toKoreanTime(payment.dueDate).slice(0, 19),
    expired: false,
    settlementStatus: 'INCOMPLETED',
    refundStatus: payment.cancels.length > 0 ? 'COMPLETED' : 'NONE',
    refundReceiveAccount: null,
  };
}
