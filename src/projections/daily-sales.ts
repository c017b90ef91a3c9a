/** What one day (UTC date of completion, `yyyy-mm-dd`) brought. Amounts in won. */
export type DailySalesRow = {
  readonly day: string;
  readonly completedCount: number;
  readonly completedAmount: number;
  /** By the day of the cancellation, not of the sale. */
  readonly cancelledCount: number;
  readonly cancelledAmount: number;
};
