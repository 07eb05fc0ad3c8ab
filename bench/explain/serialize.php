<?php
// Reads a JSON list of [text, flags, arrays] and writes what json_encode makes of each value.
$results = [];
foreach (json_decode(stream_get_contents(STDIN), true) as [$text, $flags, $arrays]) {
    $value = json_decode($text, $arrays);
    $encoded = json_last_error() === JSON_ERROR_NONE ? json_encode($value, $flags) : false;
    $results[] = $encoded === false ? null : $encoded;
}
echo json_encode($results);
