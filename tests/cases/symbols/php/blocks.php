<?php
namespace First {
    const ONE = 1;
}

namespace {
    const GLOBAL_ONE = \First\ONE;

    if (!function_exists('é')) {
        /** Grüße! */
        function é(Größe $größe) { return "ü" . $größe->länge; }
    }
}
