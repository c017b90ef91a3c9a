import { cancellationSaga } from './cancellation-saga.ts';
import { type OrderSagaSettings, orderSaga } from './order-saga.ts';

/** Every process manager of the service. */
export const processManagers = (settings: OrderSagaSettings) => ({
  orderSaga: orderSaga(settings),
  cancellationSaga,
});
