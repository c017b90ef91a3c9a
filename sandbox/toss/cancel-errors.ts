import type { ErrorRow } from './error-row.ts';

/** Answers of a cancellation. */
export const CANCEL_ERRORS: Readonly<Record<string, ErrorRow>> = {
  ALREADY_CANCELED_PAYMENT: [400, '이미 취소된 결제 입니다.', 'The payment is already cancelled.'],
  ALREADY_REFUND_PAYMENT: [400, '이미 환불된 결제입니다.', 'The payment is already refunded.'],
  ALREADY_REFUNDING_PAYMENT: [
    400,
    '이미 환불 진행중인 결제입니다.',
    'The payment is being refunded.',
  ],
  NOT_CANCELABLE_AMOUNT: [403, '취소 할 수 없는 금액 입니다.', 'This amount cannot be cancelled.'],
  NOT_CANCELABLE_PAYMENT: [
    403,
    '취소 할 수 없는 결제 입니다.',
    'This payment cannot be cancelled.',
  ],
  NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER: [
    403,
    '휴면 처리된 회원의 결제는 취소할 수 없습니다.',
    'Payments of a dormant user cannot be cancelled.',
  ],
  EXCEED_MAX_REFUND_DUE: [403, '환불 가능한 기간이 지났습니다.', 'The refund period is over.'],
  EXCEED_CANCEL_LIMIT: [403, '취소 한도를 초과했습니다.', 'The cancellation limit is exceeded.'],
  NOT_ALLOWED_PARTIAL_REFUND: [
    403,
    '부분 환불이 불가능한 결제입니다.',
    'This payment cannot be refunded in part.',
  ],
  NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT: [
    403,
    '입금 대기중인 결제는 부분 환불이 불가합니다.',
    'No partial refund while waiting for the deposit.',
  ],
  REFUND_REJECTED: [
    400,
    '환불이 거절됐습니다. 결제사에 문의 부탁드립니다.',
    'The refund was rejected.',
  ],
  INVALID_REFUND_ACCOUNT_INFO: [
    400,
    '환불 계좌번호와 예금주명이 일치하지 않습니다.',
    'The refund account does not match.',
  ],
  INVALID_REFUND_ACCOUNT_NUMBER: [
    400,
    '잘못된 환불 계좌번호입니다.',
    'The refund account number is wrong.',
  ],
  INVALID_BANK: [400, '유효하지 않은 은행입니다.', 'The bank is not valid.'],
  FORBIDDEN_BANK_REFUND_REQUEST: [
    400,
    '환불이 허용되지 않은 은행입니다.',
    'Refunds to this bank are not allowed.',
  ],
  EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT: [
    400,
    '즉시할인금액보다 적은 금액은 부분취소가 불가능합니다.',
    'Less than the instant discount cannot be cancelled.',
  ],
  NOT_MATCHES_REFUNDABLE_AMOUNT: [
    400,
    '잔액 결과가 일치하지 않습니다.',
    'The refundable amount does not match.',
  ],
  FORBIDDEN_CONSECUTIVE_REQUEST: [
    403,
    '반복적인 요청은 허용되지 않습니다. 잠시 후 다시 시도해주세요.',
    'Repeated requests are not allowed. Try again later.',
  ],
  FAILED_REFUND_PROCESS: [
    500,
    '은행 응답시간 지연이나 일시적인 오류로 환불요청에 실패했습니다.',
    'The refund failed at the bank.',
  ],
  FAILED_METHOD_HANDLING_CANCEL: [
    500,
    '취소 중 결제 시 사용한 결제 수단 처리과정에서 일시적인 오류가 발생했습니다.',
    'The payment method failed while cancelling.',
  ],
  FAILED_PARTIAL_REFUND: [
    500,
    '은행 점검, 해약 계좌 등의 사유로 부분 환불이 실패했습니다.',
    'The partial refund failed.',
  ],
};
