<?php
require 'tools.php';
escape(title());
only_here();
strlen('a');
