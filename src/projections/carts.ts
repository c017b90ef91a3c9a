/** What lies in a member's cart, with the prices seen when it was put there. */
export type CartRow = {
  readonly memberId: string;
  readonly lines: readonly {
    readonly productVariantId: number;
    readonly quantity: number;
    readonly snapshot: {
      readonly productName: string;
      readonly unitPrice: number;
      readonly addedAt: string;
    };
  }[];
  readonly updatedAt: string;
  /** Revision of the cart's stream: the ETag. */
  readonly version: number;
};
