import type { ErrorRow } from './error-row.ts';

const tryAgainKorean = '일시적인 오류가 발생했습니다. 잠시 후 다시 시도해주세요.';
const tryAgainEnglish = 'A temporary error occurred. Please try again later.';

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
