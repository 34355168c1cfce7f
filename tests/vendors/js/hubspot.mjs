import hubspot from "@hubspot/api-client";

export const verify = ({ key, method, url, headers, body }) =>
  hubspot.Signature.isValid({
    signatureVersion: "v3",
    signature: headers["x-hubspot-signature-v3"],
    method,
    clientSecret: key,
    requestBody: body.toString(),
    url,
    timestamp: headers["x-hubspot-request-timestamp"],
  });

export const sign = ({ key, method, url, body }) => {
  const timestamp = Date.now();
  const options = { clientSecret: key, requestBody: body.toString(), url, timestamp };
  return {
    "X-HubSpot-Signature-V3": hubspot.Signature.getSignature(method, "v3", options),
    "X-HubSpot-Request-Timestamp": String(timestamp),
  };
};
