// No package verifies v1a: this is the specification with Node's own Ed25519, which takes a time of any digits.
import { createPrivateKey, createPublicKey, sign as signed, verify as verified } from "node:crypto";

const PRIVATE = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC = Buffer.from("302a300506032b6570032100", "hex");

const der = (prefix, text) => Buffer.concat([prefix, Buffer.from(text.split("_")[1], "base64")]);

const text = (id, time, body) => Buffer.concat([Buffer.from(`${id}.${time}.`), body]);

export const verify = ({ key, body, headers }) => {
  const time = headers["webhook-timestamp"];
  if (Math.abs(Date.now() / 1000 - Number(time)) > 300) return false;
  const publicKey = createPublicKey({ key: der(PUBLIC, key), format: "der", type: "spki" });
  return headers["webhook-signature"].split(" ").some((entry) => {
    const [version, signature] = entry.split(",");
    const bytes = Buffer.from(signature, "base64");
    const strict = bytes.toString("base64") === signature;
    const message = text(headers["webhook-id"], time, body);
    return version === "v1a" && strict && verified(null, message, publicKey, bytes);
  });
};

export const sign = ({ signing, body }) => {
  const privateKey = createPrivateKey({ key: der(PRIVATE, signing), format: "der", type: "pkcs8" });
  const [id, time] = ["msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", String(Math.floor(Date.now() / 1000))];
  const signature = signed(null, text(id, time, body), privateKey).toString("base64");
  return { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": `v1a,${signature}` };
};
