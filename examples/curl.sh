# Streams an answer: each line "data: …" is one event.
curl --no-buffer --fail-with-body "${SLUICE_URL:-http://127.0.0.1:3000}/api/chat/stream" \
  -H "Authorization: Bearer $SLUICE_TOKEN" \
  -H 'Content-Type: application/json' \
  -d '{"message": "Hello!"}'
