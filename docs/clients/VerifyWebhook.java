import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks the signature of a webhook (Standard Webhooks 1.0). JDK 11 or later, nothing else.
 *
 * <p>As a program it reads the body from standard input:
 * {@code WEBHOOK_SECRET=whsec_... java VerifyWebhook.java ID TIMESTAMP SIGNATURES NOW < body}
 */
public class VerifyWebhook {
    /** Seconds that the message's clock may differ from ours. */
    static final long TOLERANCE = 300;

    static boolean genuine(
            String secret, String id, String timestamp, String signatures, byte[] body, long now)
            throws Exception {
        if (Math.abs(now - Long.parseLong(timestamp)) > TOLERANCE) {
            return false; // somebody may be sending it again
        }
        byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
        byte[] expected = mac.doFinal(body);
        // after a rotation there are two signatures; one that fits is enough
        for (String part : signatures.split(" ")) {
            if (part.startsWith("v1,")
                    && MessageDigest.isEqual(expected, Base64.getDecoder().decode(part.substring(3)))) {
                return true;
            }
        }
        return false;
    }

    public static void main(String[] arguments) throws Exception {
        byte[] body = System.in.readAllBytes();
        boolean genuine = genuine(
                System.getenv("WEBHOOK_SECRET"), arguments[0], arguments[1], arguments[2], body,
                Long.parseLong(arguments[3]));
        System.out.println(genuine ? "genuine" : "refused");
        System.exit(genuine ? 0 : 1);
    }
}
