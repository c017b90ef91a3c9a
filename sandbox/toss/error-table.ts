/** HTTP status, Korean message, English message. */
export type ErrorRow = readonly [status: number, korean: string, english: string];

const tryAgainKorean = '일시적인 오류가 발생했습니다. 잠시 후 다시 시도해주세요.';
const tryAgainEnglish = 'A temporary error occurred. Please try again later.';

/** Refusals of a confirmation that mean that no money moved: the payment is ABORTED by them. */
export const DECLINES: Readonly<Record<string, ErrorRow>> = {
  REJECT_CARD_PAYMENT: [
    403,
    '한도초과 혹은 잔액부족으로 결제에 실패했습니다.',
    'Over the limit or balance too low.',
  ],
  REJECT_CARD_COMPANY: [
    403,
    '결제 승인이 거절되었습니다.',
    'The card company declined the payment.',
  ],
  REJECT_ACCOUNT_PAYMENT: [
    403,
    '잔액부족으로 결제에 실패했습니다.',
    'The account balance is too low.',
  ],
  REJECT_TOSSPAY_INVALID_ACCOUNT: [
    403,
    '선택하신 출금 계좌가 출금이체 등록이 되어 있지 않습니다.',
    'The account is not registered for withdrawal.',
  ],
  EXCEED_MAX_AUTH_COUNT: [
    403,
    '최대 인증 횟수를 초과했습니다.',
    'Too many authentication attempts.',
  ],
  EXCEED_MAX_ONE_DAY_AMOUNT: [403, '일일 한도를 초과했습니다.', 'The daily limit is exceeded.'],
  NOT_AVAILABLE_BANK: [
    403,
    '은행 서비스 시간이 아닙니다.',
    'The bank is outside its service hours.',
  ],
  INVALID_PASSWORD: [403, '결제 비밀번호가 일치하지 않습니다.', 'The payment password is wrong.'],
  FDS_ERROR: [403, '위험거래가 감지되어 결제가 제한됩니다.', 'The payment is blocked as risky.'],
  INVALID_REJECT_CARD: [
    400,
    '카드 사용이 거절되었습니다. 카드사 문의가 필요합니다.',
    'The card was refused by its issuer.',
  ],
  INVALID_CARD_NUMBER: [400, '카드번호를 다시 확인해주세요.', 'Check the card number.'],
  INVALID_CARD_EXPIRATION: [
    400,
    '카드 유효기간을 다시 확인해주세요.',
    'Check the card expiration date.',
  ],
  INVALID_STOPPED_CARD: [400, '정지된 카드 입니다.', 'The card is suspended.'],
  INVALID_CARD_LOST_OR_STOLEN: [
    400,
    '분실 혹은 도난 카드입니다.',
    'The card is reported lost or stolen.',
  ],
  INVALID_CARD_INSTALLMENT_PLAN: [
    400,
    '할부 개월 정보가 잘못되었습니다.',
    'The instalment plan is wrong.',
  ],
  NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT: [
    400,
    '할부가 지원되지 않는 카드 또는 가맹점 입니다.',
    'No instalments with this card or merchant.',
  ],
  NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN: [
    400,
    '할부가 지원되지 않는 카드입니다.',
    'No instalments with this card.',
  ],
  EXCEED_MAX_CARD_INSTALLMENT_PLAN: [
    400,
    '설정 가능한 최대 할부 개월 수를 초과했습니다.',
    'Too many instalments.',
  ],
  NOT_ALLOWED_POINT_USE: [
    400,
    '포인트 사용이 불가한 카드입니다.',
    'Card points cannot be used with this card.',
  ],
  EXCEED_MAX_DAILY_PAYMENT_COUNT: [
    400,
    '하루 결제 가능 횟수를 초과했습니다.',
    'Too many payments today.',
  ],
  EXCEED_MAX_PAYMENT_AMOUNT: [
    400,
    '하루 결제 가능 금액을 초과했습니다.',
    'The daily payment amount is exceeded.',
  ],
  EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT: [
    400,
    '당월 결제 가능 금액을 초과했습니다.',
    'The monthly payment amount is exceeded.',
  ],
  EXCEED_MAX_AMOUNT: [400, '거래금액 한도를 초과했습니다.', 'The amount limit is exceeded.'],
  EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT: [
    400,
    '1일 출금 한도를 초과했습니다.',
    'The daily withdrawal limit is exceeded.',
  ],
  EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT: [
    400,
    '1회 출금 한도를 초과했습니다.',
    'The limit for one withdrawal is exceeded.',
  ],
  RESTRICTED_TRANSFER_ACCOUNT: [
    400,
    '출금이 제한된 계좌입니다.',
    'Transfers from this account are restricted.',
  ],
  INVALID_ACCOUNT_INFO_RE_REGISTER: [
    400,
    '유효하지 않은 계좌입니다. 계좌 재등록 후 시도해주세요.',
    'Register the account again.',
  ],
  NOT_AVAILABLE_PAYMENT: [
    400,
    '결제가 불가능한 시간대입니다.',
    'Payment is not available at this time.',
  ],
  BELOW_MINIMUM_AMOUNT: [
    400,
    '신용카드는 100원 이상, 계좌는 200원 이상부터 결제가 가능합니다.',
    'At least 100 won by card or 200 won by account.',
  ],
};

/** All other answers of a confirmation: they leave the payment as it is. */
export const CONFIRM_ERRORS: Readonly<Record<string, ErrorRow>> = {
  NOT_FOUND_PAYMENT_SESSION: [
    404,
    '결제 시간이 만료되어 결제 진행 데이터가 존재하지 않습니다.',
    'The payment session is over.',
  ],
  NOT_FOUND_PAYMENT: [404, '존재하지 않는 결제 정보 입니다.', 'There is no such payment.'],
  ALREADY_PROCESSED_PAYMENT: [
    400,
    '이미 처리된 결제 입니다.',
    'The payment has already been processed.',
  ],
  DUPLICATED_ORDER_ID: [
    400,
    '이미 승인 및 취소가 진행된 중복된 주문번호 입니다.',
    'The order number was already approved or cancelled.',
  ],
  ALREADY_COMPLETED_PAYMENT: [400, '이미 완료된 결제 입니다.', 'The payment is already complete.'],
  PROVIDER_ERROR: [400, tryAgainKorean, tryAgainEnglish],
  CARD_PROCESSING_ERROR: [400, '카드사에서 오류가 발생했습니다.', 'The card company failed.'],
  IDEMPOTENT_REQUEST_PROCESSING: [
    409,
    '이전 멱등 요청이 처리중입니다.',
    'The earlier request with this key is still running.',
  ],
  TOO_MANY_REQUESTS: [429, '요청이 너무 많습니다.', 'Too many requests.'],
  FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING: [
    500,
    '결제가 완료되지 않았어요. 다시 시도해주세요.',
    'The payment was not completed. Please try again.',
  ],
  FAILED_INTERNAL_SYSTEM_PROCESSING: [
    500,
    '내부 시스템 처리 작업이 실패했습니다.',
    'Internal processing failed.',
  ],
  UNKNOWN_PAYMENT_ERROR: [
    500,
    '결제에 실패했어요. 다시 시도해주세요.',
    'The payment failed. Please try again.',
  ],
  FAILED_CARD_COMPANY_RESPONSE: [
    500,
    '카드사 응답에 실패했습니다.',
    'The card company did not respond properly.',
  ],
  FAILED_DB_PROCESSING: [500, '처리 중 DB 에러가 발생했습니다.', 'A database error occurred.'],
  COMMON_ERROR: [500, tryAgainKorean, tryAgainEnglish],
  UNAUTHORIZED_KEY: [
    401,
    '인증되지 않은 시크릿 키 혹은 클라이언트 키 입니다.',
    'The secret or client key is not authorised.',
  ],
  INVALID_API_KEY: [400, '잘못된 시크릿키 연동 정보 입니다.', 'The secret key is wrong.'],
  INVALID_REQUEST: [400, '잘못된 요청입니다.', 'The request is wrong.'],
  INVALID_AUTHORIZE_AUTH: [
    400,
    '유효하지 않은 인증 방식입니다.',
    'The authentication method is not valid.',
  ],
  NOT_FOUND_TERMINAL_ID: [400, '단말기번호(Terminal Id)가 없습니다.', 'There is no terminal id.'],
  NOT_REGISTERED_BUSINESS: [
    400,
    '등록되지 않은 사업자 번호입니다.',
    'The business is not registered.',
  ],
  INVALID_UNREGISTERED_SUBMALL: [
    400,
    '등록되지 않은 서브몰입니다.',
    'The sub-mall is not registered.',
  ],
  UNAPPROVED_ORDER_ID: [
    400,
    '아직 승인되지 않은 주문번호입니다.',
    'The order number is not approved yet.',
  ],
  INVALID_IDEMPOTENCY_KEY: [
    400,
    '멱등키는 300자 이하여야 합니다.',
    'An idempotency key has at most 300 characters.',
  ],
  BELOW_ZERO_AMOUNT: [400, '금액은 0보다 커야 합니다.', 'The amount must be greater than 0.'],
  FORBIDDEN_REQUEST: [403, '허용되지 않은 요청입니다.', 'The request is not allowed.'],
  INCORRECT_BASIC_AUTH_FORMAT: [
    403,
    '잘못된 요청입니다. Basic 인증 형식을 확인해주세요.',
    'Check the format of Basic authentication.',
  ],
  INVALID_TRANSACTION_KEY: [400, '잘못된 페이징 키 입니다.', 'The paging key is wrong.'],
  EXPIRED_PAYMENT: [
    400,
    '결제가 만료되었습니다. 다시 시도해주세요.',
    'The payment has expired. Please try again.',
  ],
  PAY_PROCESS_ABORTED: [
    400,
    '결제 진행 중 승인에 실패하여 결제가 중단되었습니다.',
    'The payment was aborted by its buyer or bank.',
  ],
};

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
