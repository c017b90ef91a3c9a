import type { ProductStatus, VariantDefinition } from '../product/state.ts';

/** Variants for load tests: ids from here on, all alike, with stock that does not run out. */
const BULK_FIRST_ID = 1001;
const BULK_COUNT = 50;
const BULK_STOCK = 100_000_000;

type Row = readonly [
  id: number,
  productId: number,
  name: string,
  options: Readonly<Record<string, string>>,
  status: ProductStatus,
  price: number,
  discountRate: number,
  stock: number,
];

const rows: readonly Row[] = [
  [1, 1, '베이직 면 티셔츠', { 색상: '화이트', 사이즈: 'M' }, 'ON_SALE', 15_000, 0, 1000],
  [2, 1, '베이직 면 티셔츠', { 색상: '블랙', 사이즈: 'L' }, 'ON_SALE', 15_000, 10, 1000],
  [3, 2, '데님 팬츠', { 색상: '인디고', 사이즈: '30' }, 'ON_SALE', 49_900, 15, 500],
  [4, 2, '데님 팬츠', { 색상: '블랙', 사이즈: '32' }, 'ON_SALE', 49_900, 33, 500],
  [5, 3, '러닝화', { 사이즈: '270' }, 'ON_SALE', 129_000, 20, 100],
  [6, 4, '손난로', {}, 'ON_SALE', 100, 29, 1000],
  [7, 5, '스티커', {}, 'ON_SALE', 50, 0, 1000],
  [8, 6, '다이아몬드 목걸이', { 소재: '백금' }, 'ON_SALE', 1_000_000_000, 0, 5],
  [9, 7, '한정판 머그컵', { 색상: '레드' }, 'ON_SALE', 12_000, 0, 1],
  [10, 7, '한정판 머그컵', { 색상: '블루' }, 'ON_SALE', 12_000, 5, 3],
  [11, 7, '한정판 머그컵', { 색상: '그린' }, 'ON_SALE', 12_000, 0, 0],
  [12, 8, '핸드드립 원두', { 용량: '200g' }, 'ON_SALE', 18_900, 7, 10],
  [13, 9, '봄 신상 재킷', { 사이즈: 'M' }, 'PREPARING', 89_000, 0, 100],
  [14, 9, '봄 신상 재킷', { 사이즈: 'L' }, 'PREPARING', 89_000, 10, 0],
  [15, 10, '겨울 패딩', { 사이즈: 'M' }, 'STOP_SALE', 199_000, 50, 20],
  [16, 10, '겨울 패딩', { 사이즈: 'L' }, 'STOP_SALE', 199_000, 50, 0],
  [17, 11, '단종된 가방', {}, 'DELETED', 39_000, 0, 10],
  [18, 12, '단종된 모자', {}, 'DELETED', 19_000, 30, 0],
  [19, 13, '무료 체험 샘플', {}, 'ON_SALE', 5000, 100, 1000],
  [20, 14, '유기농 쌀', { 중량: '10kg' }, 'ON_SALE', 39_990, 1, 300],
  [21, 15, '무선 이어폰', { 색상: '화이트' }, 'ON_SALE', 219_000, 12, 50],
  [22, 15, '무선 이어폰', { 색상: '블랙' }, 'ON_SALE', 219_000, 99, 50],
  [23, 16, '생수', { 묶음: '12개' }, 'ON_SALE', 9990, 3, 10_000],
  [24, 17, '양말', { 색상: '그레이' }, 'ON_SALE', 1000, 0, 10_000],
];

function define([id, productId, name, options, status, price, discountRate, stock]: Row) {
  return {
    productVariantId: id,
    productId,
    productName: name,
    sku: `P${String(productId).padStart(4, '0')}-V${String(id).padStart(4, '0')}`,
    status,
    originalPrice: price,
    discountRate,
    stockQuantity: stock,
    thumbnailUrl: `https://cdn.example.com/products/${productId}.png`,
    itemOptions: Object.entries(options).map(([optionTypeName, optionValueName]) => ({
      optionTypeName,
      optionValueName,
    })),
  };
}

/** The catalogue of a new sandbox; the README says what each variant is good for. */
export const seedVariants: readonly VariantDefinition[] = [
  ...rows.map(define),
  ...Array.from({ length: BULK_COUNT }, (_, index) => {
    const id = BULK_FIRST_ID + index;
    return define([id, id, `대량 상품 ${id}`, {}, 'ON_SALE', 10_000, 10, BULK_STOCK]);
  }),
];
