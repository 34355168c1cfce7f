import { verifyKey } from "discord-interactions";

export const verify = ({ key, body, headers }) =>
  verifyKey(body, headers["x-signature-ed25519"], headers["x-signature-timestamp"], key);
