import Stripe from "stripe";

const { webhooks } = new Stripe("sk_test_none");

export const verify = ({ key, body, headers }) =>
  webhooks.signature.verifyHeader(body, headers["stripe-signature"], key, webhooks.DEFAULT_TOLERANCE);

export const sign = ({ key, body }) => ({
  "Stripe-Signature": webhooks.generateTestHeaderString({ payload: body.toString(), secret: key }),
});
