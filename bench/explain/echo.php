<?php
// What a PHP application sees of a request: the server variables of its headers, the raw body, and the parsed form.
$headers = array_filter($_SERVER, fn ($name) => str_starts_with($name, 'HTTP_') || str_starts_with($name, 'CONTENT_'), ARRAY_FILTER_USE_KEY);
header('Content-Type: application/json');
echo json_encode([
    'server' => $headers,
    'raw' => base64_encode(file_get_contents('php://input')),
    'form' => base64_encode(http_build_query($_POST)),
    'json' => base64_encode(json_encode($_POST)),
]);
