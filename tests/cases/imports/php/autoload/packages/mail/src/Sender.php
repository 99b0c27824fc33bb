<?php
namespace Mail;

class Sender { public function send(Message $message): void {} }
