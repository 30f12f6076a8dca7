import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

/**
 * Ask whether bidders are barred: {@code java Decide.java REQUEST.json} prints the decision. Java 17, nothing else.
 * DECIDE_ONCE names this act of asking: give it again to have the same decision again, another one for another look.
 */
public final class Decide {
    private static final int TRIES = 5;

    private Decide() {}

    public static void main(String[] args) throws Exception {
        String url = System.getenv().getOrDefault("DECIDE_URL", "http://127.0.0.1:8000");
        String key = System.getenv().getOrDefault("DECIDE_KEY", "");
        byte[] body = Files.readAllBytes(Path.of(args[0]));
        String once = System.getenv().getOrDefault("DECIDE_ONCE", UUID.randomUUID().toString());
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/v1/decisions"))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", once)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        for (int attempt = 1; ; attempt++) {
            HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            int status = answer.statusCode();
            if (status == 200) {
                System.out.write(answer.body());
                System.out.println();
                return;
            }
            boolean again = status == 409 || status == 429 || status == 503;
            if (!again || attempt == TRIES) {
                System.err.write(answer.body());
                System.err.println();
                System.exit(3);
            }
            Thread.sleep(1000L * Long.parseLong(answer.headers().firstValue("Retry-After").orElse("1")));
        }
    }
}
