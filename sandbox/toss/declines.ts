import type { ErrorRow } from './error-row.ts';

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
