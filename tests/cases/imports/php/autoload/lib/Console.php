<?php
namespace App;

class Console
{
    public function run(): void { echo slug('b'), new \Old_Log_File(), new \OLD_LOG_FILE(); }
}
