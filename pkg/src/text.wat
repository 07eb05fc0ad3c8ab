;; Decodes a module from its text, in place. text.ts has this program as hex digits, and writes the tables and the text.
(module
  (memory (export "memory") 1)
  (func (export "decode") (param $from i32) (param $end i32) (result i32)
    (local $to i32) (local $char i32) (local $table i32)
    (local.set $to (local.get $from))
    (loop $next
      (if (i32.lt_u (local.get $from) (local.get $end))
        (then
          (local.set $char (i32.load8_u (local.get $from)))
          (local.set $from (i32.add (local.get $from) (i32.const 1)))
          ;; The table that an escape selects; 0 for any other character.
          (local.set $table (i32.load8_u offset=512 (local.get $char)))
          (if (local.get $table)
            (then
              (local.set $char (i32.load8_u (local.get $from)))
              (local.set $from (i32.add (local.get $from) (i32.const 1)))))
          (i32.store8 (local.get $to)
            (i32.load8_u (i32.add (i32.shl (local.get $table) (i32.const 7)) (local.get $char))))
          (local.set $to (i32.add (local.get $to) (i32.const 1)))
          (br $next))))
    (local.get $to)))
