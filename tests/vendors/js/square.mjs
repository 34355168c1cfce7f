import square from "square";

export const verify = ({ key, url, headers, body }) =>
  square.WebhooksHelper.verifySignature({
    requestBody: body.toString(),
    signatureHeader: headers["x-square-hmacsha256-signature"],
    signatureKey: key,
    notificationUrl: url,
  });
