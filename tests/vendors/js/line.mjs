import { validateSignature } from "@line/bot-sdk";

export const verify = ({ key, body, headers }) =>
  validateSignature(body, key, headers["x-line-signature"]);
